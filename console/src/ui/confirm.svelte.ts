// "Really?" as a promise: asks, and answers what the person said.
interface Question {
  title: string;
  text: string;
  action: string;
  answer: (yes: boolean) => void;
}

let question = $state.raw<Question | null>(null);

export const asked = {
  get question() {
    return question;
  },
};

export function confirm(what: Omit<Question, 'answer'>): Promise<boolean> {
  return new Promise((resolve) => {
    question = { ...what, answer: resolve };
  });
}

export function answer(yes: boolean) {
  question?.answer(yes);
  question = null;
}
