// A worker on Restate: it serves the agent until it is killed. Prints its port.
import { serve } from '@toolloop/restate'
import { Client } from 'toolloop'
import { dispatcher } from '../dispatcher.ts'

const { FLEET_BOOK: book = '', FLEET_MODEL: model = '', FLEET_WORKER: worker = '' } = process.env
const client = new Client()
const { url } = await serve([dispatcher({ client, model, book, worker })], { port: 0, maxRetryInterval: 200 })
console.log(new URL(url).port)
