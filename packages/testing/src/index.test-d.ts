import type { ChatModel, ModelRequest } from '@toolloop/wire'
import { expectTypeOf, test } from 'vitest'
import {
  call,
  fault,
  failure,
  reply,
  scriptedModel,
  scriptedServer,
  text,
  when,
  type AnswerReply,
  type FailureReply,
  type ScriptedServer,
  type ScriptRequest,
} from './index.ts'

test('a scripted model is a ChatModel with both methods', () => {
  const model = scriptedModel([text('hello')])
  expectTypeOf(model).toExtend<ChatModel>()
  expectTypeOf(model).toExtend<Required<Pick<ChatModel, 'stream' | 'create'>>>()
  expectTypeOf(model.requests).toEqualTypeOf<readonly ModelRequest[]>()
})

test('a scripted server is promised', () => {
  expectTypeOf(scriptedServer([])).resolves.toEqualTypeOf<ScriptedServer>()
})

test('a fault keeps the kind of reply it is given', () => {
  expectTypeOf(fault.cutAt(text('hello'), 1)).toEqualTypeOf<AnswerReply>()
  expectTypeOf(fault.drip(fault.stall(failure(500)))).toEqualTypeOf<FailureReply>()
})

test('steps see the request, and promise a reply or give one', () => {
  scriptedModel([
    (request, index) => {
      expectTypeOf(request).toEqualTypeOf<ScriptRequest>()
      expectTypeOf(index).toEqualTypeOf<number>()
      return text('hello')
    },
    async () => text('hello'),
    when((request) => request.messages.length > 1, text('hello')),
  ])
  scriptedModel(async (request) => text(request.model ?? ''))
})

test('anything but a reply does not compile', () => {
  // @ts-expect-error: a string is no step
  void (() => scriptedModel(['hello']))
  // @ts-expect-error: arguments are an object, or JSON text
  call('add', 1)
  // @ts-expect-error: the wire's name is not the option's
  reply({ tool_calls: [] })
  // @ts-expect-error: a fault takes a reply
  void (() => fault.cutAt('hello', 1))
})
