// Bundles the viewer into one HTML file. Needs esbuild, so it runs in the repository only.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'

/** The page without logs. Its policy allows its own script and nothing else: no text of a log can run. */
export async function buildPage(): Promise<string> {
  const { build } = await import('esbuild')
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('../page/main.ts', import.meta.url))],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: 'es2022',
    platform: 'browser',
    conditions: ['@toolloop/source'],
    legalComments: 'none',
  })
  const script = outputFiles[0]!.text.trim().replaceAll('</script', String.raw`<\/script`)
  const hash = createHash('sha256').update(script).digest('base64')
  const policy = `default-src 'none'; script-src 'sha256-${hash}'; style-src 'unsafe-inline'; connect-src 'self'; base-uri 'none'; form-action 'none'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Toolloop viewer</title>
</head>
<body><main id="app"></main><!--logs--><script>${script}</script></body>
</html>
`
}
