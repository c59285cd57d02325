// An agent of a pipeline whose text is the message's: a pipeline has no steps of its own, so this agent's are the message's.
import type { Fact, RunEvent } from '@toolloop/core'
import { plainText } from '@toolloop/wire'
import type { UiChunk } from './chunk.ts'
import { jsonOr } from './tool-output.ts'
import { isSame } from './same-json.ts'
import { StepParts } from './step-parts.ts'

interface Open {
  readonly path: string
  /** The agent's own number of the step. */
  readonly own: number
  parts: StepParts
}

/**
 * One agent speaks at a time: a step that begins while another one is open is not shown. New parts of others wait for
 * the end of the step, so that a reader of the live stream and a reader of the log get them at the same place.
 */
export class Speaker {
  readonly #speaks: (path: string) => boolean
  #open: Open | undefined
  #steps = 0
  #spoken: string | undefined
  /** Data parts that have a place in the message. */
  readonly #placed = new Set<string>()
  #waiting: UiChunk[] = []

  constructor(speaks: (path: string) => boolean) {
    this.#speaks = speaks
  }

  /** Has this text been shown, as the last one? */
  hasSpoken(text: string): boolean {
    const spoken = this.#spoken
    return spoken !== undefined && (spoken === text || isSame(jsonOr(spoken), jsonOr(text)))
  }

  progress(event: Exclude<RunEvent, Fact>, out: UiChunk[]): void {
    const open = this.#open
    if (!open || !('path' in event) || event.path !== open.path) return
    switch (event.type) {
      case 'content.delta':
      case 'reasoning.delta':
      case 'refusal.delta':
        if (event.choice === 0) open.parts.text(kinds[event.type], event.delta, out)
        return
      case 'step.reset':
        return this.#again(open, out)
      default: // calls are shown in `data-agent`
    }
  }

  fact(event: Fact, out: UiChunk[]): void {
    if (event.type === 'step.start') return this.#start(event.path, event.step, out)
    const open = this.#open
    if (!open) return
    if (event.type === 'stage.cut' && isInside(open.path, event.stage)) return this.close(out)
    if (event.path !== open.path) return
    switch (event.type) {
      case 'step.cut':
      case 'step.done': {
        open.parts.done({ ...event.message, tool_calls: [] }, out)
        this.#spoken = plainText(event.message.content)
        return this.close(out)
      }
      case 'run.pause':
      case 'run.done':
        return this.close(out)
      default: // what an agent does beside speaking
    }
  }

  /** Sends parts of others, now or behind the open step. */
  follow(chunks: readonly UiChunk[], out: UiChunk[]): void {
    for (const chunk of chunks) {
      const key = 'data' in chunk ? `${chunk.type}:${chunk.id}` : ''
      if (this.#open && !this.#placed.has(key)) this.#waiting.push(chunk)
      else {
        if (key !== '') this.#placed.add(key)
        out.push(chunk)
      }
    }
  }

  close(out: UiChunk[]): void {
    if (!this.#open) return
    this.#open.parts.close(out)
    this.#open = undefined
    out.push({ type: 'finish-step' })
    this.follow(this.#waiting.splice(0), out)
  }

  #start(path: string, own: number, out: UiChunk[]): void {
    const open = this.#open
    if (open?.path === path && open.own === own) return this.#again(open, out)
    if (open || !this.#speaks(path)) return
    // Numbered over all agents: ids of texts are made of the number.
    this.#open = { path, own, parts: new StepParts(this.#steps++, undefined) }
    out.push({ type: 'start-step' })
  }

  #again(open: Open, out: UiChunk[]): void {
    open.parts = new StepParts(open.parts.step, undefined)
    out.push({ type: 'reset-step' })
  }
}

const kinds = { 'content.delta': 'text', 'reasoning.delta': 'reasoning', 'refusal.delta': 'refusal' } as const

const isInside = (path: string, stage: string): boolean => path === stage || path.startsWith(`${stage}/`)
