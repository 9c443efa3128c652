/** What names and passwords must be; mirrors the server's AccountRules so that the page can say it before asking. */
export const PASSWORD_MIN = 12;
export const PASSWORD_MAX = 256;
export const NAME_MAX = 64;

/** What is wrong with an account's name, or null. */
export function nameProblem(name: string): string | null {
  if (name === "") return "Give a name, for example your first name.";
  if (name.length > NAME_MAX) return `A name may have ${NAME_MAX} characters; this one has ${name.length}.`;
  return /^[\p{L}\p{Nd}._@+-]+$/u.test(name) ? null : "Use letters, digits or . _ - @ + and no blanks.";
}

/** What is wrong with a new password, or null. */
export function passwordProblem(password: string): string | null {
  if (password.length < PASSWORD_MIN) {
    const missing = PASSWORD_MIN - password.length;
    return password === "" ? `Give a password of at least ${PASSWORD_MIN} characters.`
      : `${missing} more ${missing === 1 ? "character" : "characters"}: at least ${PASSWORD_MIN} are needed. A short sentence works.`;
  }
  return password.length > PASSWORD_MAX ? `At most ${PASSWORD_MAX} characters; this one has ${password.length}.` : null;
}
