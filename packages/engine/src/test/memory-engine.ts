// A durable engine in memory: journals that outlive the processes of their workflows, which die when the test wants it.
import type { ApprovalRequest, Decision, Fact } from '@toolloop/core'
import { driveRun } from '../drive.ts'
import {
  type AnyRunnable,
  type Command,
  endedRun,
  type EngineLink,
  type Entry,
  type Journal,
  registryOf,
  type Rejection,
  type Start,
} from '../index.ts'

type Record = { readonly name: string; readonly entry: Entry } | { readonly command: Command }

interface Workflow {
  readonly id: string
  readonly start: Start
  readonly journal: Record[]
  readonly commands: Command[]
  /** Of each command. */
  readonly answers: PromiseWithResolvers<Rejection | undefined>[]
  readonly facts: Fact[]
  status: 'running' | 'paused' | 'ended' | 'failed'
  error?: { readonly name: string; readonly message: string }
}

/** Which process dies, when it records that step: its own, or all. */
export interface Kill {
  readonly at: number
  readonly who: 'one' | 'all'
}

export class MemoryEngine {
  readonly workflows: Map<string, Workflow> = new Map()
  /** The steps recorded by all workflows. */
  steps = 0
  /** How many processes worked on workflows. */
  processes = 0
  readonly link: EngineLink
  readonly #registry: ReadonlyMap<string, AnyRunnable>
  readonly #parts: ReadonlyMap<string, AnyRunnable>
  readonly #decide: (requests: readonly ApprovalRequest[]) => Readonly<{ [id: string]: Decision }> | undefined
  readonly #live = new Set<AbortController>()
  readonly #context: unknown
  readonly #partsWaitFor: Promise<void> | undefined
  #kill: Kill | undefined
  #changed = Promise.withResolvers<void>()

  constructor(
    runnables: readonly AnyRunnable[],
    options: {
      readonly kill?: Kill
      readonly decide?: (requests: readonly ApprovalRequest[]) => Readonly<{ [id: string]: Decision }> | undefined
      readonly context?: unknown
      /** What runs parts. @default the same runnables */
      readonly parts?: readonly AnyRunnable[]
      /** Until then no worker takes a part. */
      readonly partsWaitFor?: Promise<void>
    } = {},
  ) {
    this.#registry = registryOf(runnables)
    this.#parts = registryOf(options.parts ?? runnables)
    this.#kill = options.kill
    this.#decide = options.decide ?? (() => undefined)
    this.#context = options.context
    this.#partsWaitFor = options.partsWaitFor
    this.link = {
      start: async (id, start) => this.#start(id, start),
      read: async (id, from, { wait, signal } = {}) => {
        for (;;) {
          const found = this.workflows.get(id)
          if (!found) return undefined
          const { start, status, error, facts } = found
          if (!wait || facts.length > from || status !== 'running' || signal?.aborted)
            return { agent: start.agent, status, facts: structuredClone(facts.slice(from)), ...(error && { error }) }
          await this.#changed.promise
        }
      },
      send: async (id, command) => {
        const found = this.workflows.get(id)
        if (!found) throw new Error(`no workflow ${id}`)
        if (found.status === 'ended' || found.status === 'failed') return endedRun(id)
        const answer = Promise.withResolvers<Rejection | undefined>()
        found.answers.push(answer)
        found.commands.push(structuredClone(command))
        this.#change()
        return await answer.promise
      },
      close: async () => {},
    }
  }

  /** Runs to the end, over all kills. @throws the error of a workflow that failed */
  async run(id: string, start: Start): Promise<readonly Fact[]> {
    await this.link.start(id, start)
    for (;;) {
      const { status, facts, error } = this.workflows.get(id)!
      if (status === 'ended') return facts
      if (status === 'failed') throw Object.assign(new Error(error?.message), { name: error?.name })
      await this.#changed.promise
    }
  }

  /** Resolves when the condition holds. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await this.#changed.promise
  }

  #change(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  #start(id: string, start: Start): void {
    if (this.workflows.has(id)) return
    const workflow: Workflow = {
      id,
      start: JSON.parse(JSON.stringify(start)) as Start,
      journal: [],
      commands: [],
      answers: [],
      facts: [],
      status: 'running',
    }
    this.workflows.set(id, workflow)
    if (start.part && this.#partsWaitFor) void this.#partsWaitFor.then(() => this.#work(workflow))
    else void this.#work(workflow)
    this.#change()
  }

  async #work(workflow: Workflow): Promise<void> {
    for (;;) {
      const controller = new AbortController()
      this.#live.add(controller)
      this.processes++
      try {
        const { start, id } = workflow
        await driveRun(
          {
            runnable: (start.part ? this.#parts : this.#registry).get(start.agent)!,
            input: start.input,
            runId: id,
            context: this.#context,
            budget: start.budget,
            part: start.part,
            distribute: { link: this.link, start },
            signal: controller.signal,
          },
          this.#process(workflow, controller),
        )
        workflow.status = 'ended'
        return
      } catch (error) {
        if (controller.signal.aborted) continue
        const { name, message } = error as Error
        workflow.error = { name, message }
        workflow.status = 'failed'
        return
      } finally {
        this.#live.delete(controller)
        if (workflow.status !== 'running') for (const { resolve } of workflow.answers) resolve(endedRun(workflow.id))
        this.#change()
      }
    }
  }

  /** The journal as one process sees it. */
  #process(workflow: Workflow, own: AbortController): Journal {
    const { signal } = own
    const { journal, commands, facts, start } = workflow
    let at = 0
    const taken = (): number => journal.filter((entry) => 'command' in entry).length
    const record = (one: Record): void => {
      signal.throwIfAborted()
      if (this.steps === this.#kill?.at) {
        const { who } = this.#kill
        this.#kill = undefined
        for (const dying of who === 'all' ? this.#live : [own]) dying.abort(new Error('killed'))
        signal.throwIfAborted()
      }
      this.steps++
      journal.push(JSON.parse(JSON.stringify(one)) as Record)
      at++
    }
    const known = (): Record | undefined => {
      const one = journal[at]
      if (one) at++
      return structuredClone(one)
    }
    const arrival = async (): Promise<Command> => {
      while (commands.length === taken()) {
        await this.#changed.promise
        signal.throwIfAborted()
      }
      return commands[taken()]!
    }
    const working = new Map<string, Promise<Entry>>()
    let seen = 0
    return {
      step: async (name, work) => {
        workflow.status = 'running'
        const before = known()
        if (before) return 'command' in before ? before.command : before.entry
        const done = working.get(name) ?? work()
        working.set(name, done)
        const first = await Promise.race([
          done.then((entry) => ({ name, entry })),
          arrival().then((command) => ({ command })),
        ])
        record(first)
        return 'command' in first ? first.command : (structuredClone(journal.at(-1)) as { entry: Entry }).entry
      },
      command: async (requests) => {
        const before = known()
        if (before && 'command' in before) return before.command
        workflow.status = 'paused'
        const decisions = start.part ? undefined : this.#decide(requests)
        if (decisions && commands.length === taken()) {
          workflow.answers.push(Promise.withResolvers())
          commands.push({ type: 'decide', decisions })
        }
        this.#change()
        const command = await arrival()
        record({ command })
        workflow.status = 'running'
        return command
      },
      answered: (number, rejection) => workflow.answers[number]?.resolve(rejection),
      recorded: (added) => {
        seen += added.length
        if (seen > facts.length) facts.push(...structuredClone(added))
        this.#change()
      },
    }
  }
}
