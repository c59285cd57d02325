// The parts of one step. Deltas show them as they arrive; the facts of the log decide what they are in the end.
import { reasoningOf } from '@toolloop/stream'
import { type AssistantMessage, plainText, type ToolCall } from '@toolloop/wire'
import type { UiBlockKind, UiChunk } from './chunk.ts'
import { filesOf, sourcesOf } from './attachments.ts'

/** A text that grows. `answer` is the typed answer where the model gives it as a call. */
type BlockName = 'reasoning' | 'text' | 'refusal' | 'answer'

interface Block {
  readonly id: string
  readonly kind: UiBlockKind
  isOpen: boolean
  /** What the reader has. */
  sent: string
  /** What the log has. */
  logged: string
}

/**
 * Keeps two orders of the parts: as they were sent, and as the log gives them. Where they differ at the end of the
 * step (a call that broke off, interleaved reasoning), the step is sent again from the log. So a reader of the live
 * stream and a reader of the log get the same message.
 */
export class StepParts {
  readonly step: number
  /** The message is complete. */
  isDone = false
  readonly #answerTool: string | undefined
  readonly #blocks: Partial<Record<BlockName, Block>> = {}
  readonly #sent: string[] = []
  readonly #logged: string[] = []
  readonly #calls = new Map<string, ToolCall>()
  readonly #started = new Set<string>()
  readonly #available = new Set<string>()
  /** What followed the inputs: results, approvals, data. */
  readonly #followed: UiChunk[] = []

  /** `answerTool`: the tool whose arguments are the typed answer. */
  constructor(step: number, answerTool: string | undefined) {
    this.step = step
    this.#answerTool = answerTool
  }

  text(name: BlockName, delta: string, out: UiChunk[]): void {
    if (delta === '') return
    const block = this.#block(name)
    if (name !== 'reasoning') this.#end('reasoning', out)
    if (!block.isOpen) {
      block.isOpen = true
      this.#sent.push(name)
      out.push({ type: `${block.kind}-start`, id: block.id })
    }
    block.sent += delta
    out.push({ type: `${block.kind}-delta`, id: block.id, delta })
  }

  input(id: string, name: string, delta: string, isText: boolean, out: UiChunk[]): void {
    if (name === this.#answerTool) return this.text('answer', delta, out)
    this.#end('reasoning', out)
    this.#startInput(id, name, isText, out)
    if (delta !== '') out.push({ type: 'tool-input-delta', toolCallId: id, inputTextDelta: delta })
  }

  /** A call is complete; `gained` is what the message gained before it. */
  sealed(call: ToolCall, gained: Partial<AssistantMessage>, out: UiChunk[]): void {
    this.#log('reasoning', this.#block('reasoning').logged + reasoningOf(gained), out)
    this.#log('text', this.#block('text').logged + plainText(gained.content), out)
    this.#logCall(call, out)
  }

  /** The message is complete, or what was kept of it. */
  done(message: AssistantMessage, out: UiChunk[]): void {
    this.isDone = true
    this.#log('reasoning', reasoningOf(message), out)
    this.#log('text', plainText(message.content), out)
    this.#log('refusal', message.refusal ?? '', out)
    for (const call of message.tool_calls ?? []) this.#logCall(call, out)
    if (!this.#agrees()) this.#again(out)
    this.close(out)
    this.follow([...sourcesOf(message, this.step), ...filesOf(message)], out)
  }

  follow(chunks: readonly UiChunk[], out: UiChunk[]): void {
    for (const chunk of chunks) {
      if (!this.isDone) this.#followed.push(chunk)
      out.push(chunk)
    }
  }

  /** Has the input of this call been sent whole? */
  isAvailable(callId: string): boolean {
    return this.#available.has(callId)
  }

  isAnswer(name: string): boolean {
    return name === this.#answerTool
  }

  close(out: UiChunk[]): void {
    for (const name of blockNames) this.#end(name, out)
  }

  #block(name: BlockName): Block {
    return (this.#blocks[name] ??= {
      id: `${name}:${this.step}`,
      kind: name === 'reasoning' ? 'reasoning' : 'text',
      isOpen: false,
      sent: '',
      logged: '',
    })
  }

  #end(name: BlockName, out: UiChunk[]): void {
    const block = this.#blocks[name]
    if (!block?.isOpen) return
    block.isOpen = false
    out.push({ type: `${block.kind}-end`, id: block.id })
  }

  #startInput(id: string, name: string, isText: boolean, out: UiChunk[]): void {
    if (this.#started.has(id)) return
    this.#started.add(id)
    this.#sent.push(keyOf(id))
    const encoding = isText ? ({ inputEncoding: 'text' } as const) : {}
    out.push({ type: 'tool-input-start', toolCallId: id, toolName: name, ...encoding })
  }

  /** The log has this text. What the reader lacks of it is sent. */
  #log(name: BlockName, text: string, out: UiChunk[]): void {
    if (text === '') return
    const block = this.#block(name)
    if (block.logged === '') this.#logged.push(name)
    block.logged = text
    if (text.length > block.sent.length && text.startsWith(block.sent))
      this.text(name, text.slice(block.sent.length), out)
  }

  #logCall(call: ToolCall, out: UiChunk[]): void {
    const [name, text] = partsOf(call)
    if (name === this.#answerTool) return this.#log('answer', text, out)
    const key = keyOf(call.id)
    if (!this.#logged.includes(key)) this.#logged.push(key)
    this.#calls.set(call.id, call)
    if (this.#available.has(call.id)) return
    this.#end('reasoning', out)
    const input = inputOf(call)
    if (input === undefined) return this.#startInput(call.id, name, false, out)
    if (!this.#started.has(call.id)) {
      this.#started.add(call.id)
      this.#sent.push(key)
    }
    this.#available.add(call.id)
    out.push({ type: 'tool-input-available', toolCallId: call.id, toolName: name, input })
  }

  #agrees(): boolean {
    return (
      this.#sent.length === this.#logged.length &&
      this.#sent.every((key, at) => key === this.#logged[at]) &&
      Object.values(this.#blocks).every(({ sent, logged }) => sent === logged)
    )
  }

  /** Sends the step again, as the log has it. */
  #again(out: UiChunk[]): void {
    const keys = this.#logged.splice(0)
    const followed = this.#followed.splice(0)
    this.#sent.length = 0
    this.#started.clear()
    this.#available.clear()
    out.push({ type: 'reset-step' })
    for (const key of keys) {
      const call = this.#calls.get(key.slice(callPrefix.length))
      if (key.startsWith(callPrefix) && call) this.#logCall(call, out)
      else {
        const block = this.#block(key as BlockName)
        const text = block.logged
        Object.assign(block, { isOpen: false, sent: '', logged: '' })
        this.#log(key as BlockName, text, out)
        this.#end(key as BlockName, out)
      }
    }
    this.follow(followed, out)
  }
}

const blockNames = ['reasoning', 'text', 'refusal', 'answer'] as const
const callPrefix = 'call:'
const keyOf = (callId: string): string => `${callPrefix}${callId}`

const partsOf = (call: ToolCall): readonly [name: string, text: string] =>
  call.type === 'custom' ? [call.custom.name, call.custom.input] : [call.function.name, call.function.arguments]

/** The input as a value; `undefined` when the arguments are not JSON. */
function inputOf(call: ToolCall): unknown {
  const [, text] = partsOf(call)
  if (call.type === 'custom') return text
  try {
    return JSON.parse(text === '' ? '{}' : text) as unknown
  } catch {
    return undefined
  }
}
