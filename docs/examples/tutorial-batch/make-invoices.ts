import { mkdirSync, writeFileSync } from 'node:fs'

mkdirSync('invoices', { recursive: true })
for (let at = 1; at <= 20; at++) {
  const name = `invoice-${String(at).padStart(2, '0')}`
  const total = `Total: ${at * 12}.50 EUR`
  writeFileSync(`invoices/${name}.txt`, at === 7 ? 'A page of holiday photos\n' : `Invoice ${name}\n${total}\n`)
}
console.log('20 files in invoices/')
