import { useId, type ChangeEvent, type ReactNode, type Ref } from "react";
import { cx } from "./cx";
import styles from "./Field.module.css";
import { Glyph } from "./Glyph";

interface Labelled {
  label: string;
  /** Shown below; replaced by the error. */
  hint?: ReactNode;
  /** What is wrong and how to put it right. */
  error?: string | null;
}

interface FrameProps extends Labelled { id: string; hideLabel?: boolean; children: ReactNode }

function FieldFrame({ id, label, hint, error, hideLabel = false, children }: FrameProps) {
  const wrong = (error ?? null) !== null;
  return (
    <div className={styles.field}>
      <label htmlFor={id} className={hideLabel ? "visuallyHidden" : styles.label}>{label}</label>
      {children}
      {wrong && <p className={styles.error} id={`${id}-note`} role="alert">{error}</p>}
      {!wrong && hint !== undefined && <p className={styles.hint} id={`${id}-note`}>{hint}</p>}
    </div>
  );
}

interface TextFieldProps extends Labelled {
  value: string;
  onChange: (value: string) => void;
  type?: "text" | "password" | "email" | "url" | "number" | "search" | "datetime-local";
  placeholder?: string;
  icon?: ReactNode;
  /** Unit or key hint at the right end. */
  trailing?: ReactNode;
  hideLabel?: boolean;
  autoComplete?: string;
  autoFocus?: boolean;
  required?: boolean;
  min?: number | string;
  max?: number | string;
  onBlur?: () => void;
  inputRef?: Ref<HTMLInputElement>;
}

export function TextField(props: TextFieldProps) {
  const { label, hint, error, value, onChange, type = "text", icon, trailing, hideLabel, inputRef, ...rest } = props;
  const id = useId();
  const wrong = (error ?? null) !== null;
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error ?? null} hideLabel={hideLabel ?? false}>
      <span className={cx(styles.box, wrong && styles.wrong)}>
        {icon}
        <input
          {...rest} ref={inputRef} id={id} type={type} value={value} spellCheck={false}
          aria-invalid={wrong || undefined} aria-describedby={wrong || hint !== undefined ? `${id}-note` : undefined}
          onChange={(event: ChangeEvent<HTMLInputElement>) => onChange(event.target.value)}
        />
        {wrong ? <Glyph kind="crit" size={14} decorative /> : trailing}
      </span>
    </FieldFrame>
  );
}

interface TextAreaProps extends Labelled { value: string; onChange: (value: string) => void; rows?: number; placeholder?: string }

export function TextArea({ label, hint, error, value, onChange, rows = 3, placeholder }: TextAreaProps) {
  const id = useId();
  const wrong = (error ?? null) !== null;
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error ?? null}>
      <textarea
        id={id} className={cx(styles.area, wrong && styles.wrong)} rows={rows} value={value} placeholder={placeholder}
        aria-invalid={wrong || undefined} aria-describedby={wrong || hint !== undefined ? `${id}-note` : undefined}
        onChange={(event) => onChange(event.target.value)}
      />
    </FieldFrame>
  );
}

interface SelectFieldProps extends Labelled {
  value: string;
  onChange: (value: string) => void;
  options: readonly { value: string; label: string }[];
  icon?: ReactNode;
  hideLabel?: boolean;
}

export function SelectField({ label, hint, error, value, onChange, options, icon, hideLabel }: SelectFieldProps) {
  const id = useId();
  return (
    <FieldFrame id={id} label={label} hint={hint} error={error ?? null} hideLabel={hideLabel ?? false}>
      <span className={styles.box}>
        {icon}
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {options.map((option) => <option key={option.value} value={option.value}>{option.label}</option>)}
        </select>
      </span>
    </FieldFrame>
  );
}

interface CheckboxProps { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void; hint?: ReactNode }

export function Checkbox({ label, checked, onChange, hint }: CheckboxProps) {
  const id = useId();
  return (
    <div className={styles.check}>
      <input
        id={id} type="checkbox" checked={checked} aria-describedby={hint === undefined ? undefined : `${id}-note`}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && <p id={`${id}-note`} className={styles.hint}>{hint}</p>}
    </div>
  );
}
