// The span of a model call.
import type { Attributes } from '@opentelemetry/api'
import { type FactOf, shownOf } from '@toolloop/core'
import { answerText, messagesText } from './content.ts'
import { attribute, content, operation, own } from './conventions.ts'
import type { Level } from './level.ts'
import { errorLabel, timeOf, type Tracing, usageAttributes } from './spans.ts'

export function startChat({ spans, options }: Tracing, level: Level, fact: FactOf<'step.start'>): void {
  const { server } = options
  const opened = spans.open(
    level.invoked!.context,
    { operation: 'chat', name: fact.model, run: fact.run, path: level.path, step: fact.step },
    {
      [attribute.requestModel]: fact.model,
      ...(fact.agent !== undefined && { [attribute.agentName]: fact.agent }),
      [own.step]: fact.step,
      ...(server && { [attribute.serverAddress]: server.address }),
      ...(server?.port !== undefined && { [attribute.serverPort]: server.port }),
      ...(options.content && { [content.inputMessages]: messagesText(shownOf(level.state)) }),
    },
  )
  for (const { place, cause } of fact.prefix?.breaks ?? [])
    opened.span.addEvent(own.prefixBreak, { place, cause }, timeOf(fact.at))
  level.chat = { ...opened, model: fact.model }
}

export function endChat(tracing: Tracing, level: Level, fact: FactOf<'step.done' | 'step.cut'>): void {
  const { chat } = level
  if (!chat) return // its start is not known
  const { metrics, options } = tracing
  const labels = labelsOf(tracing, chat.model)
  const finish = fact.type === 'step.done' ? fact.finish_reason : null
  chat.span.setAttributes({
    ...(finish !== null && { [attribute.finishReasons]: [finish] }),
    ...(fact.servedBy !== undefined && { [attribute.responseModel]: fact.servedBy }),
    ...usageAttributes(fact.usage),
    ...(options.content && { [content.outputMessages]: answerText(fact.message, finish) }),
  })
  if (chat.firstChunk !== undefined) {
    const seconds = Math.max(0, chat.firstChunk - chat.startedAt) / 1000
    chat.span.setAttributes({ [attribute.requestStream]: true, [attribute.timeToFirstChunk]: seconds })
    metrics.firstChunk(seconds, labels)
  }
  if (fact.usage) metrics.tokens(fact.usage, labels)
  if (fact.type === 'step.done') return closeChat(tracing, level)
  chat.span.setAttribute(own.cut, fact.reason)
  closeChat(tracing, level, fact.error?.code ?? fact.error?.name ?? fact.reason, fact.error?.message)
}

/** Ends the open model call, if there is one. */
export function closeChat(tracing: Tracing, level: Level, error?: string, message?: string): void {
  const { chat } = level
  if (!chat) return
  level.chat = undefined
  tracing.spans.end(chat, error, message)
  tracing.metrics.inference(tracing.spans.since(chat), { ...labelsOf(tracing, chat.model), ...errorLabel(error) })
}

const labelsOf = ({ options }: Tracing, model: string): Attributes => ({
  [attribute.operation]: operation.chat,
  [attribute.provider]: options.provider ?? 'openai',
  [attribute.requestModel]: model,
})
