export { sharedLimit } from './shared-limit.ts'
export type { SharedLimitOptions } from './options.ts'
export { SharedLimitError, type SharedLimitErrorCode } from './error.ts'
// Stores.
export { memoryLimits, type MemoryLimitsOptions } from './memory-limits.ts'
export type { PostgresClient, PostgresConnection, PostgresPool, PostgresSql } from './postgres-client.ts'
export { postgresLimits, type PostgresLimitsOptions } from './postgres-limits.ts'
export { postgresLimitsSql } from './postgres-sql.ts'
export type {
  IoRedisClient,
  IoRedisSubscriber,
  NodeRedisClient,
  NodeRedisSubscriber,
  RedisClient,
} from './redis-client.ts'
export { redisLimits, type RedisLimitsOptions } from './redis-limits.ts'
export type {
  LimitStore,
  ReleaseListener,
  Reservation,
  ReservationAnswer,
  Settlement,
  Subscription,
  WindowLimits,
} from './store.ts'
