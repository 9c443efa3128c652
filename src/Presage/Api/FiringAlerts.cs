namespace Presage.Api;

/// <summary>A firing alert on a vital sign.</summary>
sealed record VitalAlarm(bool IsCritical, long SinceMs);

/// <summary>
/// Firing alerts as of a revision, by host and by host and vital sign. Alerts a person has taken on still count.
/// </summary>
sealed record FiringAlerts(
    long Revision,
    IReadOnlyDictionary<string, (int Critical, int Warning)> ByHost,
    IReadOnlyDictionary<string, Dictionary<string, VitalAlarm>> ByVital)
{
    public static FiringAlerts Of(long revision, IReadOnlyList<AlertItem> open)
    {
        var byHost = new Dictionary<string, (int Critical, int Warning)>(StringComparer.Ordinal);
        var byVital = new Dictionary<string, Dictionary<string, VitalAlarm>>(StringComparer.Ordinal);
        foreach (var alert in open)
        {
            if (alert is not { FiredMs: { } firedMs } || alert.State == AlertItemState.Silenced)
            {
                continue;
            }

            bool critical = alert.Severity == AlertItemSeverity.Critical;
            var (criticals, warnings) = byHost.GetValueOrDefault(alert.Host);
            byHost[alert.Host] = critical ? (criticals + 1, warnings) : (criticals, warnings + 1);
            if (alert.VitalKey is { } key)
            {
                if (!byVital.TryGetValue(alert.Host, out var alarms))
                {
                    byVital[alert.Host] = alarms = new Dictionary<string, VitalAlarm>(StringComparer.Ordinal);
                }

                if (!alarms.TryGetValue(key, out var known) || (critical && !known.IsCritical))
                {
                    alarms[key] = new VitalAlarm(critical, firedMs);
                }
            }
        }

        return new FiringAlerts(revision, byHost, byVital);
    }
}
