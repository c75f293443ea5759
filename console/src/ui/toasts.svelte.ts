// Short words that come and go: "Copied", "Deleted".
interface Toast {
  id: number;
  text: string;
  bad: boolean;
}

const kShown_ms = 4500;
const list = $state<Toast[]>([]);
let last = 0;

export const toasts = {
  get list() {
    return list;
  },
};

export function say(text: string, how: { bad?: boolean } = {}) {
  const id = ++last;
  list.push({ id, text, bad: how.bad ?? false });
  setTimeout(() => dismiss(id), kShown_ms);
}

export function dismiss(id: number) {
  const at = list.findIndex((toast) => toast.id === id);
  if (at >= 0) list.splice(at, 1);
}
