import type { Booking } from './dispatcher.ts'

/** Parcels and runs by worker, and what was repeated. */
export function table(bookings: readonly Booking[], decided: number): string {
  const names = [...new Set(bookings.map(({ worker }) => worker))].toSorted()
  const rows = names.map((name) => {
    const own = bookings.filter(({ worker }) => worker === name)
    return row(name, own.length, runsOf(own))
  })
  const twice = bookings.length - new Set(bookings.map(({ key }) => key)).size
  return [
    'worker     parcels  runs',
    ...rows,
    row('both', bookings.length, runsOf(bookings)),
    `${twice} booked twice; ${decided} interrupted calls decided by the courier's book`,
  ].join('\n')
}

const row = (name: string, parcels: number, runs: number): string =>
  `${name.padEnd(10)} ${String(parcels).padStart(7)} ${String(runs).padStart(5)}`

const runsOf = (bookings: readonly Booking[]): number => new Set(bookings.map(({ key }) => key.split('/')[0])).size
