import { outputOf } from 'toolloop'
import { document } from './document.ts'

console.log(outputOf(await document.run('invoice-01.txt')))
console.log(outputOf(await document.run('invoice-07.txt')))
