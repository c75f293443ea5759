// Light or dark: the system's choice until a person makes one. public/looks.js applies it before the first paint.
export type Theme = 'system' | 'light' | 'dark';
const kName = 'plantain.theme';

const stored = localStorage.getItem(kName);
let theme = $state<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

export const looks = {
  get theme() {
    return theme;
  },
  set theme(next: Theme) {
    theme = next;
    if (next === 'system') {
      localStorage.removeItem(kName);
      delete document.documentElement.dataset.theme;
    } else {
      localStorage.setItem(kName, next);
      document.documentElement.dataset.theme = next;
    }
  },
};
