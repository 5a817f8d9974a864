import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'
import ours from './package.json' with { type: 'json' }

export default defineConfig({
  base: './',
  plugins: [svelte()],
  define: { __VERSION__: JSON.stringify(ours.version) },
  build: {
    target: 'es2023',
    cssTarget: ['chrome123', 'firefox128', 'safari17.5'],
    // A data: URL would need font-src and img-src to allow data:, and hides its size from the caches.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
})
