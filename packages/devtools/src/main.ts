#!/usr/bin/env node
import { runCommand } from './command/program.ts'

// Whoever reads the output may have seen enough: `toolloop describe run.jsonl | head`.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})
const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
process.exitCode = await runCommand(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  signal: stop.signal,
})
