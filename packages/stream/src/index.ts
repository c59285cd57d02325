export type {
  ArgumentsDelta,
  ArgumentsDone,
  CallSealed,
  ChunkEvent,
  ContentDelta,
  ContentDone,
  CustomInputDelta,
  CustomInputDone,
  DeepPartial,
  StreamEvent,
} from './events.ts'
