// Who is who: a customer has a random cookie, the staff a key from the server's start. A real app has its own sign-in here.
import { randomUUID, timingSafeEqual } from 'node:crypto'

export interface Visitor {
  /** The customer's random id; its chats begin with it. */
  readonly customer: string | undefined
  readonly isStaff: boolean
}

export function visitorOf(request: Request, staffKey: string): Visitor {
  const cookies = new Map(
    (request.headers.get('cookie') ?? '').split(';').map((part): [string, string] => {
      const [name = '', value = ''] = part.trim().split('=')
      return [name, value]
    }),
  )
  const customer = cookies.get('customer')
  return {
    customer: customer !== undefined && /^[0-9a-f-]{36}$/.test(customer) ? customer : undefined,
    isStaff: isSame(cookies.get('staff') ?? '', staffKey),
  }
}

export function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}

export const newCustomer = (): string => randomUUID()

/** A customer sees its own chats, the staff all. */
export const mayUse = ({ customer, isStaff }: Visitor, chatId: string): boolean =>
  isStaff || (customer !== undefined && chatId.startsWith(`${customer}.`))

export const cookie = (name: string, value: string): string => `${name}=${value}; HttpOnly; SameSite=Strict; Path=/`
