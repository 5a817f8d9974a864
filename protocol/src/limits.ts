/** Every bound on what others may make us do or keep. Each names the abuse it stops; nothing outside this file invents one. */
export const LIMITS = {
  /** A peer names a huge length and makes us allocate it. */
  frameMaxBytes: 1024 * 1024,
  /** A burst of edits grows one frame until its signature holds everybody up: further edits go into the next frame. */
  flushMaxBytes: 64 * 1024,
  /** One edit too large for a frame, padding and all, could be neither stored nor sent. */
  editMaxBytes: 896 * 1024,
  /** A record nested deep enough overflows the decoder's stack. */
  cborMaxDepth: 8,
  /** A small record with a huge element count makes us loop or allocate. */
  cborMaxBytes: 1024 * 1024,
  /** An update nested deep enough overflows Yjs's stack when it is applied. */
  yjsMaxNesting: 64,
  /** An update of very many tiny structs stalls the applying process. */
  yjsMaxStructs: 10_000,
  /** An update of very many one-clock deletes splits and walks the whole document. */
  yjsMaxDeletes: 10_000,
  /** A snapshot is the whole of a document, which may hold more than one edit may change; it is read once and its length bounds the rest. */
  yjsMaxStructsOfState: 200_000,
  yjsMaxDeletesOfState: 200_000,
  /** A snapshot of very many frames makes us gather them all in memory before any of it can be judged. */
  snapshotPartsMax: 16,
  /** A chain burns through client ids to bloat every state vector for ever. */
  clientIdsPerChain: 65_536,
  /** A chain names ids far ahead to make us derive thousands; tabs of one browser need a few, in any order. */
  clientIdsAhead: 64,
  /** A peer sends frames whose predecessors never come, to fill memory: over either bound a further one is dropped and asked for again. */
  parkedFramesPerDoc: 1024,
  parkedBytesPerDoc: 8 * 1024 * 1024,
  /** A peer invents documents to make us keep state for each. */
  docsPerProfile: 4096,
  /** A device that restarts in a loop, or lies, adds chains for ever. */
  chainsPerDoc: 4096,
  /** One device that does so uses up the chains of all the others. */
  chainsPerDevicePerDoc: 1024,
  /** A head record is read before anything is known of its writer. */
  headMaxBytes: 64 * 1024,
  /** A medium holds a blob of any size under a known name, and we would hold it in memory to check its hash. */
  blobMaxBytes: 8 * 1024 * 1024,
  /** A medium shows very many concurrent heads to make every reader fetch and merge them all. */
  headSiblingsMax: 256,
  /** Heads name every chain of a document: room for `chainsPerDoc` of them and no more. */
  headsMaxBytes: 288 * 1024,
  /** A device tells of more heads of a medium than it can have kept, or of more media than it may have. */
  sightedHeadsMax: 512,
  sightingsMaxBytes: 32 * 1024,
  sightedMediaPerDevice: 64,
  slotsMax: 16,
  /** A copy on a medium lists packs without end, or one pack thousands of chains. */
  authorityBlobsMax: 256,
  packsMax: 4096,
  packSpansMax: 4096,
  /** A copy lists snapshots without end, or one with thousands of acknowledgements. */
  snapshotsMax: 3 * 4096,
  snapshotAcksMax: 16,
  formerSecretsKeysMax: 32,
  slotParamsMaxBytes: 64,
  /** A medium hands out something huge as the vault, which is read before anything else can be judged. */
  vaultMaxBytes: 256 * 1024,
  vaultMaxEpochs: 4096,
  mediaMax: 16,
  storageTextMaxBytes: 1024,
  storageAccountMaxBytes: 320,
  /** Tokens of identity providers run to a few kilobytes. */
  storageSecretMaxBytes: 4 * 1024,
  mediaSettingsMaxBytes: 4 * 1024,
  /** A hostile head asks a passphrase slot for all memory, for hours, or for so little that guessing is cheap. */
  argonMinMemoryKiB: 8 * 1024,
  argonMaxMemoryKiB: 1024 * 1024,
  argonMaxPasses: 16,
  argonMaxLanes: 4,
  certificateMaxBytes: 2048,
  /** A record of fixed fields comes with a tail of megabytes. */
  smallRecordMaxBytes: 1024,
  deviceNameMaxBytes: 64,
  authorityEntryMaxBytes: 64 * 1024,
  /** One entry seals a key to every device, or every epoch to a device: more would not fit an entry. */
  devicesPerProfile: 512,
  epochsPerDevice: 512,
  /** A record that lists thousands of GPUs, or one with a name of a page. */
  capabilityItemsMax: 32,
  hardwareNameMaxBytes: 96,
  /** Tokens that grow with each hand-over, or are handed on for ever. */
  tokenMaxBytes: 4 * 1024,
  tokenMaxDepth: 4,
  tokenCapsMax: 32,
  presentedTokenMaxBytes: 17 * 1024,
  /** A caller has tokens made in a loop, each of which is kept until it ends. */
  tokensKeptMax: 1024,
  tokenMaxLifeMs: 24 * 60 * 60_000,
  /** A path of thousands of segments, matched against each message. */
  resourceMaxBytes: 1024,
  capabilityRecordMaxBytes: 16 * 1024,
  jobSpecMaxBytes: 64 * 1024,
  jobArgsMax: 256,
  jobInputsMax: 256,
  jobEndpointsMax: 32,
  jobReplicasMax: 16,
  /** A job id is remembered until its spec lapses, so that it never runs twice. */
  jobMaxLifeMs: 24 * 60 * 60_000,
  jobReceiptMaxBytes: 4 * 1024,
  /** One message with a program in it: leaves room for what stands around it. Larger ones are put in pieces of this size. */
  jobInlineMaxBytes: 192 * 1024,
  /** A job asks for more memory than 32-bit WebAssembly has. */
  jobMemoryMaxMiB: 4096,
  /** What a job writes lies in the agent's memory until it has ended. */
  jobOutputMaxBytes: 16 * 1024 * 1024,
  jobFilesMax: 64,
  jobListMax: 200,
  jobPlacementMaxBytes: 64 * 1024,
  /** Levels of a batch's Merkle tree: 2^20 receipts under one signature. */
  receiptPathMax: 20,
  /** One command's parameters: larger things go as blobs. */
  rpcMaxBytes: 256 * 1024,
  rpcMaxPending: 64,
  /** A file to import is held in memory until it has been judged as a whole. */
  importMaxBytes: 64 * 1024 * 1024,
  importLinesMax: 1_000_000,
  /** A caller asks and never comes back for the answer. */
  rpcMaxTimeoutMs: 24 * 60 * 60_000,
  /** Strangers on the port: how many may knock, how long, and how much they may say before they are somebody. */
  connectionsMax: 128,
  connectionsPerPeer: 4,
  connectionsPendingMax: 10,
  connectionsPerSecondPerAddress: 5,
  streamsPerPeerPerProtocol: 32,
  /** Devices that one device reaches through another at a time. */
  passagesPerPeer: 32,
  strangerMaxBytes: 3 * 1024,
  strangerMaxMs: 5_000,
  /** Bytes queued for one slow peer before it is disconnected rather than remembered. */
  peerBufferMaxBytes: 16 * 1024 * 1024,
  yamuxInitialWindowBytes: 256 * 1024,
  yamuxMaxWindowBytes: 4 * 1024 * 1024,
  /** The local HTTP door. */
  httpHeaderMaxBytes: 16 * 1024,
  /** Thousands of tiny headers make every look-up slow, or push a second Host out of sight. */
  httpHeadersMax: 64,
  /** A path longer than any file of the page can only be an attempt at something else. */
  httpTargetMaxBytes: 256,
  httpHeaderTimeoutMs: 5_000,
  httpConnectionsMax: 64,
  upgradesPerSecond: 10,
  /** Pairing: guesses at a 128-bit secret, and how long it lives. */
  pairingTries: 5,
  pairingTtlMs: 10 * 60_000,
  /** A link is read from a QR code or pasted by a person. */
  invitationMaxBytes: 1024,
  invitationAddressesMax: 8,
  invitationAddressMaxBytes: 256,
  /** Disk kept back so that a revocation and the audit can be written when everything else is full. */
  reservedDiskBytes: 16 * 1024 * 1024,
  /** A peer misbehaves in ever new ways so that the record of it fills the disk: the oldest go; proofs stay. */
  incidentsKept: 10_000,
} as const
