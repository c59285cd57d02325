export { type Clock, sleep, systemClock } from '@toolloop/wire'
