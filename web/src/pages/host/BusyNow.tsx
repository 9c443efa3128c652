import type { ProcessUsage } from "../../api/types";
import { formatValue } from "../../lib/format";
import { links } from "../../routes/links";
import { Panel } from "../../ui/Panel";
import styles from "./Host.module.css";

/** The three busiest processes; all of them are one tab away. */
export function BusyNow({ host, processes }: { host: string; processes: readonly ProcessUsage[] }) {
  const busiest = [...processes].sort((a, b) => b.cpuRatio - a.cpuRatio).slice(0, 4);
  if (busiest.length === 0) return null;
  return (
    <Panel title="Busy now" meta="CPU, of all cores" footer={<a className="link" href={links.host(host, "processes")}>All processes</a>}>
      <table className={styles.busy} aria-label="Busiest processes">
        <tbody>
          {busiest.map((process) => (
            <tr key={`${process.name} ${process.pid ?? ""}`}>
              <td>{process.name}{process.count > 1 && <span className="ink3"> × {process.count}</span>}</td>
              <td className="right ink2">{formatValue(process.memoryBytes, "bytes")}</td>
              <td className="right">{formatValue(process.cpuRatio, "ratio")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
