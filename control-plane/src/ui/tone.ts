/** What a state means to the reader. Never shown by colour alone: whoever uses a tone also says it in words. */
export type Tone = 'quiet' | 'good' | 'warn' | 'bad' | 'info'
