import type { UnlikeTwins } from "../../api/types";
import { links } from "../../routes/links";
import styles from "./Anomalies.module.css";

/** In what hosts are unlike their twins, one sentence each, each a way to the chart. */
export function Differences({ items }: { items: readonly UnlikeTwins[] }) {
  return (
    <ul>
      {items.map((one) => (
        <li key={`${one.host} ${one.key}`} className={styles.label}>
          <p className={styles.say}><a className="link" href={links.vital(one.host, one.key)}>{one.host}</a> {withoutHost(one)}</p>
          {one.known && <p className={styles.more}>for a day or more: known, no news</p>}
        </li>
      ))}
    </ul>
  );
}

/** "Memory use of web-05 is 91 %" beside a link that names the host: "memory use is 91 %". */
function withoutHost(one: UnlikeTwins): string {
  const sentence = one.sentence.replace(` of ${one.host} `, " ");
  return /^[A-Z][a-z]/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}
