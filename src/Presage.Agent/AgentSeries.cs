using Presage.Collection;
using Presage.Metrics;

namespace Presage.Agent;

/// <summary>What the agent says about itself, every ten seconds.</summary>
sealed class AgentSeries(SeriesKeys keys)
{
    const long RestMs = 10_000;

    readonly byte[] _cpu = keys.Key("presage_agent_cpu_seconds_total");
    readonly byte[] _memory = keys.Key("presage_agent_resident_memory_bytes");
    readonly byte[] _waiting = keys.Key("presage_agent_requests_waiting");
    readonly byte[] _spool = keys.Key("presage_agent_spool_bytes");
    readonly byte[] _accepted = keys.Key("presage_agent_requests_total", new Label("outcome", "accepted"));
    readonly byte[] _refused = keys.Key("presage_agent_requests_total", new Label("outcome", "refused"));
    readonly byte[] _failed = keys.Key("presage_agent_requests_total", new Label("outcome", "failed"));
    readonly byte[] _dropped = keys.Key("presage_agent_requests_dropped_total");
    long _nextMs;

    public void AppendTo(SampleBatch batch, long timestampMs, Outbox outbox, Sender sender)
    {
        if (timestampMs < _nextMs)
        {
            return;
        }

        _nextMs = timestampMs + RestMs;
        Add(_cpu, Environment.CpuUsage.TotalTime.TotalSeconds);
        Add(_memory, Environment.WorkingSet);
        Add(_waiting, outbox.Count);
        Add(_spool, outbox.SpoolBytes);
        Add(_accepted, sender.Accepted);
        Add(_refused, sender.Refused);
        Add(_failed, sender.Failures);
        Add(_dropped, outbox.Dropped);

        void Add(byte[] key, double value)
        {
            batch.AddSeries(key);
            batch.AddSample(timestampMs, value);
        }
    }
}
