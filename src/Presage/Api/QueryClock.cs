using System.Text.Json;
using Presage.Query;

namespace Presage.Api;

/// <summary>What a query took: for callers that ask by <c>stats</c>.</summary>
sealed class QueryClock(PrometheusCall call, TimeProvider time)
{
    readonly bool _wanted = call.Text("stats") is not null;
    readonly long _begun = time.GetTimestamp();
    TimeSpan _waited;
    TimeSpan _evaluated;

    /// <summary>Times the evaluation itself; what was before it is waiting and preparing.</summary>
    public QueryResult Time(Func<QueryResult> evaluate)
    {
        _waited = time.GetElapsedTime(_begun);
        long started = time.GetTimestamp();
        var result = evaluate();
        _evaluated = time.GetElapsedTime(started);
        return result;
    }

    /// <summary>Writes the property <c>stats</c> as Prometheus does, in seconds and samples.</summary>
    public void Write(Utf8JsonWriter writer, QueryStatistics statistics)
    {
        if (!_wanted)
        {
            return;
        }

        writer.WriteStartObject("stats");
        writer.WriteStartObject("timings");
        writer.WriteNumber("evalTotalTime", _evaluated.TotalSeconds);
        writer.WriteNumber("resultSortTime", 0);
        writer.WriteNumber("queryPreparationTime", _waited.TotalSeconds);
        writer.WriteNumber("innerEvalTime", _evaluated.TotalSeconds);
        writer.WriteNumber("execQueueTime", _waited.TotalSeconds);
        writer.WriteNumber("execTotalTime", (_waited + _evaluated).TotalSeconds);
        writer.WriteEndObject();
        writer.WriteStartObject("samples");
        writer.WriteNumber("totalQueryableSamples", statistics.SamplesRead);
        writer.WriteNumber("peakSamples", statistics.PeakSamples);
        writer.WriteNumber("seriesRead", statistics.SeriesRead);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
