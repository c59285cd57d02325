import { readFile } from 'node:fs/promises'
import { fallback, parallel, pipe, retry, type StageContext } from 'toolloop/pipeline'
import type { z } from 'zod'
import { extractor, type Invoice } from './extractor.ts'

interface Extracted {
  readonly file: string
  readonly invoice: z.infer<typeof Invoice>
}

const name = (file: string) => file
const read = (file: string) => readFile(`invoices/${file}`, 'utf8')
const row = ({ file, invoice }: Extracted) => ({ file, ...invoice })
const problem = (file: string, { error }: StageContext) => ({ file, problem: error?.message })

const extracted = pipe(parallel({ file: name, invoice: pipe(read, retry(extractor, { times: 3 })) }), row)
export const document = fallback(extracted, problem)
