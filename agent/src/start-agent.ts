import { hostname } from 'node:os'
import { deviceIdentityFrom } from '@cloudos/crypto/device-identity'
import type { Incident } from '@cloudos/mesh/incident'
import { findProfileDoc } from '@cloudos/mesh/profile-doc/profile-doc'
import { CloudError } from '@cloudos/protocol/cloud-error'
import type { Invitation } from '@cloudos/protocol/invitation'
import type { DeviceId } from '@cloudos/protocol/ids'
import type { Clock, Rng } from '@cloudos/protocol/ports'
import { CapabilityBook } from './capability/capability-book.ts'
import { readCounters } from './capability/counters.ts'
import { createMeasure } from './capability/measure.ts'
import { findProgram } from './capability/programs.ts'
import { MetricsFeed } from './capability/metrics-feed.ts'
import { findProfileOf, keepTwice } from './authority-copy.ts'
import { AuditDesk } from './audit/audit-desk.ts'
import { noteMended } from './audit/note-mended.ts'
import { AuditLog } from './audit/audit-log.ts'
import { AuditHandOver } from './audit/hand-over.ts'
import { createDispatch } from './commands/dispatch.ts'
import { approvalCommands } from './commands/approval.ts'
import { ApprovalDesk } from './commands/approval-desk.ts'
import { auditCommands } from './commands/audit.ts'
import { profileCommands } from './commands/profile.ts'
import { createPolicyBook, policyCommands } from './commands/policy.ts'
import { agentCommands } from './commands/agent.ts'
import { deviceCommands } from './commands/device.ts'
import { deviceCopyCommands } from './commands/device-code.ts'
import { documentCommands } from './commands/documents.ts'
import { memberCommands } from './commands/members.ts'
import { jobCommands } from './commands/jobs.ts'
import { pairingCommands } from './commands/pairing.ts'
import { processCommands } from './commands/process.ts'
import { recoveryCommands } from './commands/recovery.ts'
import { driveCommands } from './commands/drive.ts'
import { storageCommands } from './commands/storage.ts'
import { TokenDesk } from './commands/token-desk.ts'
import type { TokenDeskParts } from './commands/token-desk.ts'
import { tokenCommands } from './commands/token.ts'
import { createTraceIds } from './commands/trace-ids.ts'
import { wayCommands } from './commands/ways.ts'
import type { AgentConfig } from './config.ts'
import { clearCopyOut, openCopyOut } from './device-code/copy-out.ts'
import { createPeerWays } from './device-code/peer-ways.ts'
import { OtherDevices } from './device-code/other-devices.ts'
import { openDeviceSeeds } from './device-key.ts'
import { createDisk } from './disk.ts'
import { openCommandDoor } from './door/command-door.ts'
import { agentFigures } from './figures.ts'
import { openHome } from './home.ts'
import { openPort } from './http/open-port.ts'
import { sayIncident } from './incident-text.ts'
import { openJobs } from './jobs/open-jobs.ts'
import type { Log } from './log/log.ts'
import { openJournal } from './journal/journal.ts'
import type { Journal } from './journal/journal.ts'
import type { Settings } from './journal/settings.ts'
import type { MediumKinds } from './media/kinds.ts'
import { DriveSignIn } from './media/drive-sign-in.ts'
import type { GoogleSignIn } from './media/drive-sign-in.ts'
import { MediaDesk } from './media/media-desk.ts'
import { createScrubBook } from './media/scrub-book.ts'
import { peerKind } from './media/peer-kind.ts'
import type { AsMedium } from './media/peer-kind.ts'
import { startMeshHost } from './mesh-host.ts'
import { pageLink, writeOpenLink } from './open-link.ts'
import { countCommands } from './metrics-text.ts'
import { DrillDesk } from './recovery/drill-desk.ts'
import { RecoveryDesk } from './recovery/recovery-desk.ts'
import { createReserve } from './reserve.ts'
import { FreshnessDesk } from './safety/freshness-desk.ts'
import { SafetyDesk } from './safety/safety-desk.ts'
import { createWaysBackGate } from './safety/ways-back-gate.ts'

export interface AgentParts {
  readonly clock: Clock
  readonly rng: Rng
  readonly version: string
  /** The built control plane. */
  readonly pageFolder: string
  /** The Node and the file that a job-host is started with. */
  readonly jobHost: { readonly node: string; readonly file: string }
  /** Tells the person in front of the terminal. */
  readonly say: (line: string) => void
  readonly log: Log
  readonly kinds: MediumKinds
  readonly shownStore: AsMedium
  readonly googleSignIn: GoogleSignIn
  /** The owner has asked for the end: whoever started this agent disposes it. */
  readonly stop: () => void
  readonly areMetricsOn: () => boolean
}

/** A running agent. Disposing it closes every chain cleanly; doing so twice is harmless. */
export interface Agent extends AsyncDisposable {
  readonly page: string
  /** Shows the page, signed in, by the person's browser; says how to get there when there is none. */
  readonly showPage: (open: (opener: string, file: string) => void) => void
  /** Joins another device's profile by its link, saying the words to compare. */
  readonly pair: (invitation: Invitation) => Promise<void>
}

const AUDIT_CUT =
  'The record of decisions on this machine is shorter than the one your other devices know. Somebody who can write on this disk may have hidden what was done here. Export it (cloudos audit export) and look at this machine.'

/** A clock this far before the last run is wrong now, or was wrong then. */
const CLOCK_BACK_MS = 24 * 60 * 60_000

/** Longer than a certificate lasts: either nobody has used this machine since, or its clock is far ahead. */
const CLOCK_AHEAD_MS = 365 * 24 * 60 * 60_000

/** Throws `CloudError` with a sentence for the person when the world does not let it start; nothing acknowledged is touched. */
export async function startAgent(config: AgentConfig, parts: AgentParts): Promise<Agent> {
  // Not `await using`: an older Node could not even read this file, and would never say what it lacks.
  const stack = new AsyncDisposableStack()
  try {
    return await startWithin(stack, config, parts)
  } catch (cause) {
    await stack.disposeAsync()
    throw cause
  }
}

async function startWithin(stack: AsyncDisposableStack, config: AgentConfig, parts: AgentParts): Promise<Agent> {
  const { clock, rng, say } = parts
  const startedAtMs = clock.monotonicMs()
  const home = stack.use(openHome(config.homeFolder))
  const nowMs = clock.nowMs()
  const reserve = createReserve(home.path('reserve'))
  const opened = openJournal(home.path('journal.db'), nowMs, reserve)
  stack.defer(() => {
    opened.close()
  })
  const journal = { ...opened, authority: keepTwice(opened.authority, createDisk(home.path('profile'))) }
  if (journal.setAside !== undefined)
    say(
      `The journal was damaged. It is kept as ${journal.setAside.keptAs}; ${String(journal.setAside.rowsSaved)} rows could be read and are in use again. Your documents are not in it.`,
    )
  await recoverProfile(journal)
  checkClock(Number(journal.settings.find('last-run-ms') ?? 0), nowMs, say)
  journal.settings.set('last-run-ms', String(nowMs))
  const identity = deviceIdentityFrom(await openDeviceSeeds(createDisk(home.path('keys')), rng))
  checkDevice(journal.settings, identity.deviceId)
  const door = await openPort(config.port, journal.settings, {
    pageFolder: parts.pageFolder,
    allowedOrigins: new Set(),
    clock,
    rng,
  })
  stack.defer(() => door.close())
  const page = `http://localhost:${String(door.port)}`
  const noteIncident = (incident: Incident): void => {
    const { subject, sentence, proof } = sayIncident(incident)
    journal.incidents.note({
      kind: incident.kind,
      subject,
      detail: sentence,
      atMs: clock.nowMs(),
      ...(proof && { proof }),
    })
    if (incident.kind === 'frame-refused')
      parts.log.write('warn', 'incident', { kind: incident.kind, subject, sentence })
    else say(sentence)
  }
  const mesh = await startMeshHost({
    identity,
    deviceName: deviceName(),
    journal,
    frames: createDisk(home.path('log')),
    door,
    clock,
    rng,
    onIncident: noteIncident,
  })
  stack.defer(() => mesh.close())
  const auditLog = await AuditLog.open({ disk: createDisk(home.path('audit')), identity, clock })
  stack.defer(() => auditLog[Symbol.asyncDispose]())
  const media: MediaDesk = stack.use(
    new MediaDesk({
      kinds: { ...parts.kinds, peer: peerKind(mesh, parts.shownStore) },
      media: journal.media,
      ways: journal.ways,
      identity,
      homeFolder: home.folder,
      signedIn: (kind, where) => (kind === 'drive' ? driveSignIn.find(where) : undefined),
      clock,
      rng,
      onIncident: noteIncident,
      care: {
        scrubs: createScrubBook(journal.settings),
        onMended: (mediumId, objects) => {
          noteMended(auditLog, mediumId, objects)
        },
      },
    }),
  )
  mesh.onOpened((profile) => {
    media.open(profile)
  })
  const driveSignIn: DriveSignIn = stack.use(
    new DriveSignIn({
      google: parts.googleSignIn,
      add: (wanted) => media.add(wanted),
      isInProfile: () => mesh.profile !== undefined,
      clock,
      rng,
    }),
  )
  mesh.answerVisitors(media, {
    begin: (where) => driveSignIn.begin(where),
    finish: (answer) => driveSignIn.finish(answer, 'visitor'),
  })
  const copyOut = home.path('copy-out')
  await clearCopyOut(copyOut)
  mesh.answerNewcomers(() =>
    openCopyOut({
      kinds: parts.kinds,
      folder: copyOut,
      profile: () => mesh.profile,
      identity,
      ways: journal.ways,
      clock,
    }),
  )
  const openLink = (place = '/'): { readonly link: string; readonly file: string } => {
    const invitation = mesh.inviteThePage()
    const file = writeOpenLink(config.runFolder, page, invitation, place)
    return { link: pageLink(page, invitation), file }
  }
  const host = { platform: process.platform, root: '/', searchPath: config.searchPath, homeFolder: config.homeFolder }
  const { settings } = journal
  const measure = createMeasure(host, clock, () => jobs.sandboxes())
  const capabilities = new CapabilityBook({ measure, identity, settings, clock, version: parts.version })
  const metrics = new MetricsFeed({ read: () => readCounters(host), clock })
  const jobs = openJobs({
    ...{ mesh, identity, home, journal, clock, rng, version: parts.version, jobHost: parts.jobHost },
    ownRecord: () => capabilities.current(),
    bubblewrap: () => findProgram(host, 'bwrap'),
  })
  stack.use(jobs)
  stack.defer(
    jobs.record.onChange(({ traceId: trace, jobId: job, phase, deviceId: on }) => {
      parts.log.write('info', 'job', { trace, job, phase, on })
    }),
  )
  const { version, log, stop, areMetricsOn } = parts
  const uptimeMs = (): number => clock.monotonicMs() - startedAtMs
  const handOver = new AuditHandOver({
    ...{ log: auditLog, identity, clock },
    ydoc: () => mesh.profile && findProfileDoc(mesh.profile.replica)?.ydoc,
  })
  stack.defer(() => {
    handOver.close()
  })
  mesh.onOpened(() => {
    void handOver.check().then((isWhole) => {
      if (!isWhole) say(AUDIT_CUT)
    })
  })
  const approvals = new ApprovalDesk({ executor: identity.deviceId, clock, rng })
  const policyBook = createPolicyBook(settings)
  const member: TokenDeskParts['member'] = (deviceId) => mesh.profile?.membership.member(deviceId)
  const tokens = new TokenDesk({ identity, member, tokens: journal.tokens, clock, rng })
  const deviceId = identity.deviceId
  const others = new OtherDevices({
    ...{ deviceId, profile: () => mesh.profile, peers: mesh.peerCommands(), clock },
    peerWays: createPeerWays(settings),
  })
  const safety = new SafetyDesk({ media, mesh, others, jobs, ways: journal.ways, clock })
  const freshness = new FreshnessDesk({ settings, mesh, media })
  mesh.onOpened((profile) => {
    profile.onHeads(() => void freshness.isProven())
  })
  const commands = [
    ...agentCommands({
      mesh,
      version,
      page,
      uptimeMs,
      safety,
      freshness,
      writeOpenLink: (place) => Promise.resolve(openLink(place).file),
    }),
    ...documentCommands(mesh),
    ...pairingCommands(mesh),
    ...deviceCopyCommands({ mesh, ways: journal.ways, others, clock }),
    ...wayCommands(mesh, journal.ways, () => {
      media.waysChanged()
    }),
    ...storageCommands(media, safety, others, () => mesh.place()),
    ...driveCommands(driveSignIn),
    ...recoveryCommands(
      new RecoveryDesk({ mesh, media, ways: journal.ways, freshness, clock, rng }),
      new DrillDesk({
        ...{ mesh, media, drills: journal.media.drills, clock, rng },
        signedIn: (kind, where) => (kind === 'drive' ? driveSignIn.findForDrill(where) : undefined),
      }),
      freshness,
    ),
    ...deviceCommands(capabilities, metrics),
    ...memberCommands(mesh),
    ...profileCommands({ mesh, ways: journal.ways, jobs, audit: auditLog, clock }),
    ...jobCommands(jobs),
    ...processCommands({
      stop,
      figures: () => [...agentFigures({ mesh, version, uptimeMs }), ...counts.figures()],
      areMetricsOn,
    }),
    ...approvalCommands(approvals),
    ...policyCommands(policyBook),
    ...auditCommands(auditLog),
    ...tokenCommands(tokens),
  ]
  const dispatch = createDispatch({
    commands,
    approvals,
    audit: new AuditDesk(auditLog, clock),
    outcomes: journal.outcomes,
    tokens,
    policy: () => policyBook.current(),
    isFresh: () => freshness.isProven(),
    waysBack: createWaysBackGate({ safety, ways: journal.ways }),
    clock,
    rng,
  })
  const counts = countCommands(dispatch, {
    log,
    monotonicMs: () => clock.monotonicMs(),
    newTrace: createTraceIds(rng),
    names: new Set(commands.map(({ shape }) => shape.name)),
  })
  mesh.serveCommands(counts.counted)
  const commandDoor = await openCommandDoor(config.socketPath, counts.counted, clock)
  stack.defer(() => commandDoor.close())
  await jobs.start()
  home.noteAddress(page)
  if (!reserve.take()) say('The disk is almost full: CloudOS could not set space aside. It runs, but free some soon.')
  return {
    page,
    showPage: (open) => {
      if (config.opener !== undefined) open(config.opener, openLink().file)
      else sayHowToOpen(openLink().link, door.port, say)
    },
    pair: async (invitation) => {
      await mesh.joinBy(invitation, (words) => {
        say(`Compare on both screens: ${words.join(' · ')}\nConfirm there when they are the same.`)
      })
      say('Paired.')
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** A torn journal may have forgotten which profile this device is in; the entries say it. */
async function recoverProfile({ settings, authority }: Journal): Promise<void> {
  if (settings.find('profile-id') !== undefined) return
  const profileId = findProfileOf((await authority.load()).entries)
  if (profileId !== undefined) settings.set('profile-id', profileId)
}

/** With other keys this is another device, and the profile in its home would look as if it had been shut out. */
function checkDevice(settings: Settings, deviceId: DeviceId): void {
  const known = settings.find('device-id')
  if (known !== undefined && known !== deviceId) {
    throw new CloudError(
      'device-keys-missing',
      'The keys in this home are not the ones its journal was written with. Nothing was changed. Put keys/device.key back from a backup; without one, start with CLOUDOS_HOME=/another/folder, pair this machine as a new device and revoke the old one.',
    )
  }
  settings.set('device-id', deviceId)
}

function checkClock(lastRunMs: number, nowMs: number, say: (line: string) => void): void {
  const isAhead = lastRunMs > 0 && nowMs - lastRunMs > CLOCK_AHEAD_MS
  if (lastRunMs - nowMs < CLOCK_BACK_MS && !isAhead) return
  say(
    `The clock says ${new Date(nowMs).toISOString().slice(0, 16)}, but CloudOS last ran here at ${new Date(lastRunMs).toISOString().slice(0, 16)}. Nothing is lost; with a wrong clock other devices may refuse to connect. Set the clock.`,
  )
}

function sayHowToOpen(link: string, port: number, say: (line: string) => void): void {
  say(
    `Open ${link}\nFrom another machine, first: ssh -L ${String(port)}:localhost:${String(port)} ${hostname()}\nThe link works once, for ten minutes.`,
  )
}

/** What others see this device as, until its owner renames it. */
function deviceName(): string {
  const name = hostname()
    .replace(/[^A-Za-z0-9 ._-]/g, '')
    .slice(0, 40)
  return name === '' ? 'this machine' : name
}
