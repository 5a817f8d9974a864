// Runs before the first paint, so that a chosen theme never flashes the other one. src/state/look.svelte.ts writes these.
for (const name of ['theme', 'density']) {
  const choice = localStorage.getItem('cloudos.' + name)
  if (choice) document.documentElement.dataset[name] = choice
}
