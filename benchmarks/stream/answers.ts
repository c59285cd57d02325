// What the benchmark server answers for the workloads of this folder. The request's `model` says what:
// `arguments/n` (a tool call with n bytes of arguments), `object/n` (n bytes of JSON as content), both in deltas of
// 20 bytes; `calls/n` (n tool calls, their deltas interleaved).

/** The deltas of an answer, and its finish; `undefined`: not one of ours. */
export function answerOf(model: string): { deltas: Iterable<object>; finish: string } | undefined {
  const [kind, count] = model.split('/')
  if (kind === 'arguments') return { deltas: callDeltas(jsonOf(Number(count))), finish: 'tool_calls' }
  if (kind === 'object') return { deltas: contentDeltas(jsonOf(Number(count))), finish: 'stop' }
  if (kind === 'calls') return { deltas: interleaved(Number(count)), finish: 'tool_calls' }
  return undefined
}

/** Rows of a table, about `bytes` long. */
function jsonOf(bytes: number): string {
  const rows: string[] = []
  for (let length = 0; length < bytes; length += rows.at(-1)?.length ?? 0)
    rows.push(
      JSON.stringify({ id: rows.length, name: `row ${rows.length}`, done: rows.length % 2 === 0, note: 'as "ever"' }),
    )
  return `{"rows":[${rows.join(',')}]}`
}

function* pieces(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 20) yield text.slice(at, at + 20)
}

function* contentDeltas(text: string): Generator<object> {
  for (const piece of pieces(text)) yield { content: piece }
}

function* callDeltas(text: string, index = 0): Generator<object> {
  yield {
    tool_calls: [{ index, id: `call_${index}`, type: 'function', function: { name: 'save_rows', arguments: '' } }],
  }
  for (const piece of pieces(text)) yield { tool_calls: [{ index, function: { arguments: piece } }] }
}

function* interleaved(count: number): Generator<object> {
  const calls = Array.from({ length: count }, (_, index) => callDeltas(jsonOf(400), index))
  for (let open = calls; open.length > 0;) {
    const still: typeof calls = []
    for (const call of open) {
      const { done, value } = call.next()
      if (done) continue
      yield value
      still.push(call)
    }
    open = still
  }
}
