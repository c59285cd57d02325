// Documents to try it on, and the model that reads them where there is no API key.
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lastText, type ScriptRequest, text } from '@toolloop/testing'

/** The text documents of a folder, in the order of their names. */
export async function documentsIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.txt')).toSorted()
}

/** Fills a folder with so many invoices, if it has none. */
export async function makeDocuments(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true })
  if ((await documentsIn(folder)).length > 0) return
  for (let at = 1; at <= count; at++) {
    const name = `invoice-${String(at).padStart(4, '0')}`
    const total = (at * 17) % 1000
    await writeFile(join(folder, `${name}.txt`), `Invoice ${name}\nTo: Customer ${at % 40}\nTotal: ${total}.50 EUR\n`)
  }
}

/** Reads an invoice as a model would. */
export function scriptedExtractor(request: ScriptRequest): ReturnType<typeof text> {
  const document = lastText(request) ?? ''
  const [, number = ''] = /Invoice (\S+)/.exec(document) ?? []
  const [, customer = ''] = /To: (.+)/.exec(document) ?? []
  const [, total = '0', currency = ''] = /Total: ([\d.]+) (\w+)/.exec(document) ?? []
  return text(JSON.stringify({ number, customer, total: Number(total), currency }))
}
