// The pipeline: read a document, extract what is in it, check it.
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { agent, type Client } from 'toolloop'
import { map, parallel, type Pipeline, pipe, retry, type StageContext } from 'toolloop/pipeline'
import { z } from 'zod'

export const Invoice = z.object({ number: z.string(), customer: z.string(), total: z.number(), currency: z.string() })
export type Invoice = z.infer<typeof Invoice>

export interface Row extends Invoice {
  readonly file: string
}

/** The folder is the context: the log holds names of files, so that it can be moved with them. */
export interface Folder {
  readonly folder: string
}

export interface Settings {
  readonly client: Client
  readonly model: string
  /** Documents at once. */
  readonly concurrency: number
  /** Documents that may start per second. */
  readonly perSecond: number
}

export function batchOf({
  client,
  model,
  concurrency,
  perSecond,
}: Settings): Pipeline<readonly string[], Row[], Folder> {
  const read = (file: string, { context }: StageContext<Folder>) => readFile(join(context.folder, file), 'utf8')
  const extractor = agent({
    name: 'extract',
    model,
    client,
    instructions: 'Extract the invoice. Copy values as they are written.',
    output: Invoice,
  })
  const name = (file: string) => file
  const row = ({ file, invoice }: { file: string; invoice: Invoice }): Row => ({ file, ...invoice })
  const document = pipe(parallel({ file: name, invoice: pipe(read, retry(extractor, { times: 3 })) }), row)
  // `settle`: one bad document does not stop the others. A resume runs only the bad ones again.
  const documents = map(document, { concurrency, interval: 1000, intervalCap: perSecond, onFailure: 'settle' })
  return pipe((files: readonly string[]) => files, documents).named('batch')
}
