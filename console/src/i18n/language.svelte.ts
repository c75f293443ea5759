// The words on the screen. Each language is a file of messages; English is the list that all others must have.
import en from './en';

export type MessageKey = keyof typeof en;
export type Messages = Record<MessageKey, string>;
export type Values = Record<string, string | number>;

interface Language {
  name: string;
  load: () => Promise<Messages>;
}

/** Another language is a file and a line here. */
export const languages = {
  en: { name: 'English', load: async () => en },
  'zh-Hant': { name: '繁體中文', load: async () => (await import('./zh-Hant')).default },
} satisfies Record<string, Language>;
export type LanguageCode = keyof typeof languages;

const kName = 'plantain.language';
const codes = Object.keys(languages) as LanguageCode[];

let code = $state<LanguageCode>('en');
let messages = $state.raw<Messages>(en);

/** The language for what a person prefers, best first. Any Chinese is nearer to 繁體中文 than to English. */
export function choose(preferred: readonly string[]): LanguageCode {
  for (const wish of preferred) {
    const exact = codes.find((known) => known.toLowerCase() === wish.toLowerCase());
    if (exact) return exact;
    const root = wish.split('-')[0];
    const near = codes.find((known) => known.split('-')[0] === root);
    if (near) return near;
  }
  return 'en';
}

export const language = {
  get code() {
    return code;
  },
};

export async function speak(next: LanguageCode) {
  messages = await languages[next].load();
  code = next;
  document.documentElement.lang = next;
}

/** Speaks what was chosen here, else what the browser prefers. */
export async function begin() {
  const chosen = localStorage.getItem(kName);
  await speak(choose([...(chosen ? [chosen] : []), ...navigator.languages]));
}

export async function chooseLanguage(next: LanguageCode) {
  localStorage.setItem(kName, next);
  await speak(next);
}

/** Puts values where a message names them: "{count} pictures". */
export function fill(message: string, values: Values): string {
  return message.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

export function t(key: MessageKey, values?: Values): string {
  return values ? fill(messages[key], values) : messages[key];
}

/** The word of a family of keys: "status." and "in_queue". `otherwise` when the family lacks it. */
export function word(family: string, name: string, otherwise: string = name): string {
  return (messages as Record<string, string>)[family + name] ?? otherwise;
}

/** Counts: "1 picture", "2 pictures". The keys end in _one and _other. */
export function count<K extends string>(key: `${K}_one` extends MessageKey ? K : never, n: number, values?: Values) {
  const rule = new Intl.PluralRules(code).select(n) === 'one' ? 'one' : 'other';
  return t(`${key}_${rule}` as MessageKey, { n: number(n), ...values });
}

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(code, options).format(value);
}
