/** Of everything that is built and published together. */
export const VERSION = '0.1.0'
