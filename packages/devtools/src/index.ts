// The command as a function.
export { runCommand, type CommandOutput } from './command/program.ts'
// The schema doctor.
export { examine, type Examination } from './doctor/examine.ts'
