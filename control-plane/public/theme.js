// Runs before the first paint, so that a chosen theme never flashes the other one. src/state/look.svelte.ts writes it.
const theme = localStorage.getItem('cloudos.theme')
if (theme) document.documentElement.dataset.theme = theme
