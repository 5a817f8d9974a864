import { utf8 } from '@cloudos/protocol/bytes'
import type { ExitReason } from '@cloudos/protocol/job-receipt'
import type { JobLimits } from '@cloudos/protocol/job-spec'
import { buildModule, code } from '../wasm/build-module.ts'
import type { ModuleSource } from '../wasm/build-module.ts'

/** A program that does its worst, and the reason it must end with. */
export interface HostileProgram {
  /** Goes on from "a program that …". */
  readonly name: string
  readonly module: Uint8Array
  readonly reason: ExitReason
  readonly says?: RegExp
  readonly limits?: Partial<JobLimits>
}

const WRITE = { name: 'stdout_write', params: 2, results: 1 } as const
const OPEN = { name: 'output_open', params: 2, results: 1 } as const

function program(body: readonly number[], more: Partial<ModuleSource> = {}, locals = 0): Uint8Array {
  return buildModule({
    imports: [],
    memory: { minPages: 1 },
    data: [],
    ...more,
    functions: [{ params: 0, results: 1, locals, body, exportAs: 'main' }],
  })
}

function opening(name: string): Uint8Array {
  const body = [...code.number(0), ...code.number(name.length), ...code.call(0), ...code.drop, ...code.number(0)]
  return program(body, { imports: [OPEN], data: [{ at: 0, bytes: utf8(name) }] })
}

export const ENDLESS = program([...code.loop(code.again()), ...code.number(0)])

/** Reads its input, then 16 random bytes, and writes both. */
export const echo = buildModule({
  imports: [{ name: 'stdin_read', params: 2, results: 1 }, { name: 'random_read', params: 2, results: 1 }, WRITE],
  memory: { minPages: 1 },
  data: [],
  functions: [
    {
      params: 0,
      results: 1,
      locals: 1,
      exportAs: 'main',
      body: [
        ...[...code.number(0), ...code.number(100), ...code.call(0), ...code.set(0)],
        ...[...code.get(0), ...code.number(16), ...code.call(1), ...code.drop],
        ...[...code.number(0), ...code.get(0), ...code.number(16), ...code.add, ...code.call(2), ...code.drop],
        ...code.number(0),
      ],
    },
  ],
})

/** Copies the input `in` to the output `out`. */
export const copyInput = buildModule({
  imports: [
    { name: 'input_find', params: 2, results: 1 },
    { name: 'input_read', params: 4, results: 1 },
    OPEN,
    { name: 'output_write', params: 3, results: 1 },
  ],
  memory: { minPages: 1 },
  data: [{ at: 0, bytes: utf8('inout') }],
  functions: [
    {
      params: 0,
      results: 1,
      locals: 1,
      exportAs: 'main',
      body: [
        ...[...code.number(0), ...code.number(2), ...code.call(0)],
        ...[...code.number(0), ...code.number(64), ...code.number(1000), ...code.call(1), ...code.set(0)],
        ...[...code.number(2), ...code.number(3), ...code.call(2)],
        ...[...code.number(64), ...code.get(0), ...code.call(3), ...code.drop],
        ...code.number(0),
      ],
    },
  ],
})

export const HOSTILE: readonly HostileProgram[] = [
  { name: 'never ends', module: ENDLESS, reason: 'limit:wall', limits: { wallMs: 300 } },
  { name: 'burns its processor time', module: ENDLESS, reason: 'limit:cpu', limits: { cpuMs: 200 } },
  {
    name: 'takes memory until there is no more, and then breaks,',
    module: program([
      ...code.loop([
        ...code.number(1),
        ...code.growMemory,
        ...code.number(-1),
        ...code.isEqual,
        ...code.isZero,
        ...code.againIf(),
      ]),
      ...code.trap,
    ]),
    reason: 'crash',
    says: /unreachable/,
  },
  {
    name: 'writes without end',
    module: program(
      [
        ...code.loop([...code.number(0), ...code.number(65_536), ...code.call(0), ...code.drop, ...code.again()]),
        ...code.number(0),
      ],
      { imports: [WRITE] },
    ),
    reason: 'limit:output',
  },
  { name: 'calls itself without end', module: program(code.call(0)), reason: 'crash', says: /too deeply/ },
  { name: 'names an output ../up', module: opening('../up'), reason: 'crash', says: /plain file name/ },
  { name: 'names an output /etc/passwd', module: opening('/etc/passwd'), reason: 'crash', says: /plain file name/ },
  {
    name: 'opens outputs without end',
    module: program(
      [
        ...code.loop(
          [...code.get(0), ...code.number(1), ...code.add, ...code.set(0)],
          [...code.number(0), ...code.get(0), ...code.number(97), ...code.add, ...code.writeByte],
          [...code.number(0), ...code.number(1), ...code.call(0), ...code.drop, ...code.again()],
        ),
        ...code.number(0),
      ],
      { imports: [OPEN] },
      1,
    ),
    reason: 'limit:files',
  },
  {
    name: 'points outside its memory',
    module: program([...code.number(65_530), ...code.number(100), ...code.call(0)], { imports: [WRITE] }),
    reason: 'crash',
    says: /outside its memory/,
  },
  {
    name: 'is no valid code',
    module: program([0xff, 0xff, 0xff]),
    reason: 'crash',
    says: /not valid WebAssembly/,
  },
]
