/** Our own drawings on a 24-unit grid, stroked at 1.75 with round ends. */
export const ICONS = {
  home: ['M3.5 3.5h7v7h-7z', 'M13.5 3.5h7v7h-7z', 'M3.5 13.5h7v7h-7z', 'M13.5 13.5h7v7h-7z'],
  play: ['M7 4.5l12 7.5-12 7.5z'],
  note: ['M5 2.5h9l5 5v14H5z', 'M14 2.5v5h5', 'M8.5 12.5h7M8.5 16.5h5'],
  monitor: ['M3 5h18v11H3z', 'M8 20h8M12 16v4'],
  globe: [
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    'M3 12h18',
    'M12 3c3 3 3.6 6 3.6 9s-.6 6-3.6 9c-3-3-3.6-6-3.6-9s.6-6 3.6-9z',
  ],
  activity: ['M3.5 5h17M3.5 10h11M3.5 15h17M3.5 20h8'],
  sliders: [
    'M3 7h10M17.5 7H21M3 17h3.5M11 17h10',
    'M15 5a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
    'M9 15a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  ],
  shield: ['M12 3l7 2.5v6c0 4.6-3 7.8-7 9.5-4-1.7-7-4.9-7-9.5v-6z', 'M9 12l2.2 2.2L15.2 10'],
  locked: ['M5 11h14v10H5z', 'M8 11V8a4 4 0 0 1 8 0v3'],
  unlocked: ['M5 11h14v10H5z', 'M8 11V8a4 4 0 0 1 7.7-1.5'],
  key: ['M8 10.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10z', 'M11.6 11.9L21 2.5M16.8 6.7l3 3M14.3 9.2l2 2'],
  alert: ['M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z', 'M12 7.5V13M12 16.4v.1'],
  check: ['M5 12.5l4.5 4.5L19 7.5'],
  cross: ['M6 6l12 12M18 6L6 18'],
  bell: ['M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15z', 'M10 21.5h4'],
  more: ['M5 12h.1M12 12h.1M19 12h.1'],
  plus: ['M12 5v14M5 12h14'],
  arrow: ['M5 12h14M13 6l6 6-6 6'],
  copy: ['M9 9h11v11H9z', 'M15 9V4H4v11h5'],
  trash: ['M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13M10 11v5M14 11v5'],
  search: ['M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14z', 'M16 16l4.5 4.5'],
  wallet: ['M4 6.5h14.5v4M4 6.5V18.5h16.5v-8H4M16.5 14.5v.1', 'M4 6.5V5.5a1.5 1.5 0 0 1 1.5-1.5H17v2.5'],
  ring: [
    'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z',
    'M12 8.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7z',
    'M5.7 5.7l3.8 3.8M14.5 14.5l3.8 3.8M18.3 5.7l-3.8 3.8M9.5 14.5l-3.8 3.8',
  ],
  print: ['M7 8V3.5h10V8', 'M4 8h16v8.5h-3M7 16.5H4V8', 'M7 13.5h10v7H7z'],
  download: ['M12 4v11M7.5 11l4.5 4.5 4.5-4.5', 'M4.5 20h15'],
} as const satisfies Record<string, readonly string[]>

export type IconName = keyof typeof ICONS
