import { readFileSync } from 'node:fs'
import { outputOf } from 'toolloop'
import { extractor } from './extractor.ts'

const { number, total } = outputOf(await extractor.run(readFileSync('invoices/invoice-01.txt', 'utf8')))
console.log(`${number}: ${total.toFixed(2)} EUR`)
