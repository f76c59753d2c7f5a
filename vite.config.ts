/** How the web app is built and, in development, served. */
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import { themeCss } from './src/web/ui/theme/theme-css.ts';

const server = process.env['BELLWETHER_URL'] ?? 'http://127.0.0.1:3000';

/** The style sheet of the theme as a module, made from the tokens. */
function themeStyleSheet(): Plugin {
  const id = '\0virtual:theme.css';
  return {
    name: 'bellwether-theme',
    resolveId: (source) => (source === 'virtual:theme.css' ? id : undefined),
    load: (source) => (source === id ? themeCss() : undefined),
  };
}

export default defineConfig({
  root: fileURLToPath(new URL('./src/web', import.meta.url)),
  cacheDir: fileURLToPath(new URL('./.cache/vite', import.meta.url)),
  plugins: [react(), themeStyleSheet()],
  build: {
    outDir: fileURLToPath(new URL('./dist/web', import.meta.url)),
    emptyOutDir: true,
    target: 'es2022',
    // TRICKY: inlined fonts and images would be data: addresses, which the content policy refuses for fonts
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // one sheet of some 20 kB: a part fetched later could fail alone, and is not asked for again
    cssCodeSplit: false,
    chunkSizeWarningLimit: 700,
    // what changes with a library alone is a file of its own, which browsers keep over releases; one file also packs better than many
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: 'base', test: /node_modules[\\/](react|react-dom|scheduler|@tanstack)[\\/]/ }] } },
    },
  },
  server: {
    proxy: {
      '/api': server,
      '/v1': server,
      '/socket.io': { target: server, ws: true },
    },
  },
});
