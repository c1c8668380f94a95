import { svelte } from '@sveltejs/vite-plugin-svelte'
import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig, type Plugin } from 'vite'

const source = (path: string) => fileURLToPath(new URL(`web/${path}`, import.meta.url))

/** Builds the console and the auditor's page into web/dist, which the service serves. Fonts and scripts come from there alone. */
export default defineConfig({
  root: 'web',
  plugins: [svelte(), intakeShell()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      input: { index: source('index.html'), intake: source('intake.html'), 'intake-worker': source('src/intake/worker.ts') },
      // A service worker keeps its address over all versions, and lies above the pages it answers for.
      output: { entryFileNames: ({ name }) => (name === 'intake-worker' ? `${name}.js` : 'assets/[name]-[hash].js') },
    },
  },
  server: { proxy: { '/api': 'http://localhost:8080', '/live': { target: 'ws://localhost:8080', ws: true } } },
})

/** Tells the service worker which files the auditor's page consists of: the chunks its page pulls in, styles, and fonts. */
function intakeShell(): Plugin {
  /** Latin and each script's own part; what else a font file covers is fetched, and kept, when it is first met. */
  const isBasicFont = (name: string) => /^noto-sans-(latin|latin-ext|vietnamese|([a-z]+)-\2)-\d00-normal-.*\.woff2$/.test(basename(name))
  const fixed = ['/intake', '/icon.svg', '/intake.webmanifest', '/intake-icon-192.png', '/intake-icon-512.png']
  return {
    name: 'intake-shell',
    generateBundle(_, bundle) {
      const files = new Set<string>()
      const take = (name: string) => {
        const chunk = bundle[name]
        if (chunk?.type !== 'chunk' || files.has(name)) return
        files.add(name)
        chunk.viteMetadata?.importedCss.forEach((file) => files.add(file))
        chunk.viteMetadata?.importedAssets.forEach((file) => isBasicFont(file) && files.add(file))
        ;[...chunk.imports, ...chunk.dynamicImports].forEach(take)
      }
      for (const chunk of Object.values(bundle))
        if (chunk.type === 'chunk' && chunk.facadeModuleId === source('intake.html')) take(chunk.fileName)
      const styles = [...files].flatMap((file) => {
        const asset = bundle[file]
        return asset?.type === 'asset' ? [asset.source.toString()] : []
      })
      for (const name of Object.keys(bundle)) if (isBasicFont(name) && styles.some((css) => css.includes(basename(name)))) files.add(name)
      const shell = [...fixed, ...[...files].sort().map((file) => `/${file}`)]
      const worker = bundle['intake-worker.js']
      if (worker?.type !== 'chunk' || !worker.code.includes('SHELL_FILES') || files.size === 0)
        this.error('the shell of the auditor’s page is not complete')
      const version = createHash('sha256').update(shell.join('\n')).digest('hex').slice(0, 12)
      worker.code = worker.code.replaceAll('SHELL_FILES', JSON.stringify(shell)).replaceAll('SHELL_VERSION', JSON.stringify(version))
    },
  }
}
