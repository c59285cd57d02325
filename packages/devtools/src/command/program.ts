// The commands, with their arguments and help.
import { existsSync } from 'node:fs'
import { describe as described, fork, ReplayError } from '@toolloop/core'
import { checkOfAgent } from '@toolloop/core/machine'
import { fileLog } from '@toolloop/store'
import { Command, CommanderError, InvalidArgumentError } from 'commander'
import { examine } from '../doctor/examine.ts'
import { firstDivergence } from '../log/divergence.ts'
import { messageOf } from '../log/text.ts'
import { agentIn, coreOf, importModule } from './agents.ts'
import { CommandFailure } from './failure.ts'
import { pathOf, readLogFile } from './files.ts'
import type { McpCommandOptions } from './mcp.ts'
import { view } from './view.ts'

/** What a command writes to, and what stops it. */
export interface CommandOutput {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Runs the command and resolves to its exit code. 0: all is well; 1: it found something: a difference, damage, a schema
 * that strict mode rejects, a tool that cannot be offered as it is; 2: it was called wrongly, a file cannot be read, or a
 * server does not answer.
 */
export async function runCommand(args: readonly string[], output: CommandOutput): Promise<number> {
  const result = { code: 0 }
  try {
    await program(output, result).parseAsync([...args], { from: 'user' })
    return result.code
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    output.err(`toolloop: ${messageOf(error)}\n`)
    return 2
  }
}

interface Json {
  readonly json?: true
}

function program({ out, err, signal }: CommandOutput, result: { code: number }): Command {
  const line = (text: string): void => out(`${text}\n`)
  const json = (value: unknown): void => line(JSON.stringify(value, null, 2))
  /** Says where a log is damaged; the command goes on with the facts before. */
  const damaged = (path: string, damage: string | undefined): void => {
    if (damage === undefined) return
    err(`${path}: ${damage}\n`)
    result.code = 1
  }
  const top = new Command('toolloop')
    .description(
      'See, compare, replay and fork the runs of agents, from their logs. No account; no network but for `mcp`.',
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeOut: out, writeErr: err, getOutHelpWidth: () => 80, getErrHelpWidth: () => 80 })
    .showHelpAfterError('(add --help for the arguments and examples)')
    .addHelpText('after', '\nExamples:\n  $ toolloop describe run.jsonl\n  $ toolloop view run.jsonl')
  const command = (usage: string, description: string, ...examples: readonly string[]): Command =>
    top
      .command(usage)
      .description(description)
      .option('--json', 'print JSON')
      .addHelpText('after', `\nExamples:\n${examples.map((one) => `  $ toolloop ${one}`).join('\n')}`)

  command(
    'view <log>',
    'opens a log, or the logs of a folder, in the browser',
    'view run.jsonl',
    'view runs/ --out report.html',
    'view run.jsonl --live',
    'view run.jsonl --agent ./agent.ts',
  )
    .option('--agent <module>', "adds the whole bodies of the requests, rebuilt by today's agent")
    .option('--live', 'follows a running run over SSE, on this machine only, until Ctrl-C')
    .option('--out <file>', 'writes the page there and opens no browser')
    .option('--no-open', 'opens no browser')
    .action(async (log: string, options: Json & { live?: true; agent?: string; out?: string; open: boolean }) => {
      const shown = options.json ? { line: () => {}, json } : { line, json: () => {} }
      await view(log, options, { ...shown, damaged, signal })
    })

  command(
    'describe <log>',
    'a line for each fact, with seconds since the start',
    'describe run.jsonl',
    'describe run.jsonl --json',
  ).action(async (log: string, options: Json) => {
    const { facts, reading, damage, path } = await readLogFile(log)
    if (options.json) {
      const { state: _, ...rest } = reading
      json({ ...rest, damage: damage ?? null })
    } else line(await described(facts))
    damaged(path, damage)
  })

  command(
    'diff <a> <b>',
    'the first fact in which two logs differ; times and ids of runs do not count',
    'diff before.jsonl after.jsonl',
  ).action(async (a: string, b: string, options: Json) => {
    const [was, is] = [await readLogFile(a), await readLogFile(b)]
    const found = firstDivergence(was.facts, is.facts)
    damaged(was.path, was.damage)
    damaged(is.path, is.damage)
    if (found) result.code = 1
    if (options.json) return json({ same: !found, ...found, damage: [was.damage ?? null, is.damage ?? null] })
    if (!found) return line(`The logs agree in ${was.facts.length} facts.`)
    const textAt = (log: typeof was): string => log.reading.timeline[found.at]?.text ?? 'the log has ended'
    const place = found.difference ? `, ${found.difference.path}` : ''
    line(`The logs agree up to fact ${found.at}${place}:\n- ${textAt(was)}\n+ ${textAt(is)}`)
    if (found.difference) line(`- ${show(found.difference.was)}\n+ ${show(found.difference.is)}`)
  })

  command(
    'replay <log>',
    "replays a run with today's agent: no model, no network, no tool",
    'replay run.jsonl --agent ./agent.ts',
  )
    .requiredOption('--agent <module>', 'a module that exports the agent; it is imported')
    .action(async (log: string, options: Json & { agent: string }) => {
      const { facts, reading, damage, path } = await readLogFile(log)
      checkOfAgent(facts, 'replayed')
      damaged(path, damage)
      const agent = await agentIn(options.agent, reading.agent)
      const { replay } = await coreOf(options.agent)
      try {
        const { output, status, steps } = await replay(facts, agent)
        if (options.json) json({ same: true, status, steps: steps.length, output, damage: damage ?? null })
        else line(`Today's agent does the same over ${steps.length} steps: ${status}.`)
      } catch (error) {
        if (!(error instanceof ReplayError)) throw error // such as the log of a pipeline
        result.code = 1
        if (options.json) json({ same: false, problem: error.message, damage: damage ?? null })
        else line(error.message)
      }
    })

  command(
    'fork <log>',
    'copies the beginning of a log to a new one, to be resumed',
    'fork run.jsonl --before 2',
    'fork run.jsonl --before call_a --out other.jsonl',
  )
    .requiredOption('--before <place>', 'the first step that is not copied, or the id of a call', placeIn)
    .option('--out <file>', 'the new log (default: beside the old one)')
    .option('--message <text>', 'a message of the user to add at that point')
    .action(async (log: string, options: Json & { before: number | string; out?: string; message?: string }) => {
      const { facts, damage, path } = await readLogFile(log)
      damaged(path, damage)
      const place = String(options.before).replaceAll(/[^\w-]/g, '_')
      const target =
        options.out === undefined ? path.replace(/(\.jsonl)?$/, `.fork-${place}.jsonl`) : pathOf(options.out)
      if (existsSync(target)) throw new CommandFailure(`${target} exists: name another file with --out.`)
      const forked = await fork(facts, { before: options.before, messages: options.message })
      const copy = fileLog(target)
      await copy.append(forked.facts)
      await copy.close()
      if (options.json) json({ path: target, facts: forked.facts.length, damage: damage ?? null })
      else line(`${target}: ${forked.facts.length} facts. Resume it: agent.run(undefined, { from: fileLog(path) })`)
    })

  command(
    'doctor <module>',
    'what strict mode rejects in the schemas that a module exports',
    'doctor ./schemas.ts',
    'doctor ./schemas.ts --record pairs',
  )
    .option('--record <form>', 'records: pairs')
    .option('--tuple <form>', 'tuples: object')
    .option('--open-object <form>', 'open objects: closed')
    .option('--fine-tuned', 'with the limits of fine-tuned models')
    .action(async (module: string, options: Json & Record<string, unknown>) => {
      const { record, tuple, openObject, fineTuned } = options
      const strict = Object.fromEntries(
        Object.entries({ record, tuple, openObject, fineTuned }).filter(([, value]) => value !== undefined),
      )
      const { report, errors, schemas } = examine(await importModule(module), strict)
      if (errors > 0) result.code = 1
      if (options.json) json({ errors, schemas })
      else line(report)
    })

  command(
    'mcp <server...>',
    'what an MCP server offers, and what its tools cost in each request',
    'mcp npx -y @modelcontextprotocol/server-filesystem .',
    'mcp --json --header "Authorization: Bearer TOKEN" https://example.com/mcp',
  )
    .usage('[options] <command [args...] | url>')
    .passThroughOptions()
    .option('--header <name:value>', 'a header for an address; may be repeated', collected)
    .option('--env <name=value>', 'a variable for a program; may be repeated', collected)
    .option('--sse', 'the older HTTP transport')
    .option('--timeout <seconds>', 'the longest it may take', seconds, 30)
    .action(async (server: string[], options: Json & McpCommandOptions) => {
      // The SDK takes a while to load.
      const { examineServer, textOfReport } = await import('./mcp.ts')
      const report = await examineServer(server, options, signal)
      if (report.findings.length > 0) result.code = 1
      if (options.json) json(report)
      else line(textOfReport(report))
    })
  return top
}

const collected = (text: string, before: readonly string[] = []): readonly string[] => [...before, text]

function seconds(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError('It must be a number of seconds, up to 3600.')
  return value
}

const show = (value: unknown): string => (JSON.stringify(value) ?? 'nothing').slice(0, 500)

/** A step's number, or the id of a call. */
function placeIn(text: string): number | string {
  if (text === '') throw new InvalidArgumentError('It must be a step, such as 2, or the id of a call.')
  return /^\d+$/.test(text) ? Number(text) : text
}
