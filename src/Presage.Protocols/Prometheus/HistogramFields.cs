using Presage.Metrics;
using Presage.Protocols.Protobuf;

namespace Presage.Protocols.Prometheus;

/// <summary>Adds the native histograms of a series to a batch.</summary>
static class HistogramFields
{
    /// <summary>
    /// Reads the histograms of a series' message into the batch; returns what is malformed. A histogram that
    /// contradicts itself is left out, with an explanation.
    /// </summary>
    public static string? AddAll(
        ReadOnlySpan<byte> message, int position, int histograms, ReadOnlySpan<byte> key, SampleBatch batch,
        RemoteWriteSummary summary, out string? explanation, out int problemAt)
    {
        explanation = null;
        problemAt = 0;
        var reader = new ProtobufReader(message, position);
        while (!reader.AtEnd && reader.ReadTag(out int field, out var type))
        {
            if (field != histograms || type != WireType.Bytes)
            {
                reader.Skip(type);
                continue;
            }

            reader.ReadBytes(out var bytes, out int bytesAt);
            var histogram = new HistogramReader();
            if (histogram.Read(bytes, bytesAt, out problemAt) is { } malformed)
            {
                return malformed;
            }

            if (histogram.IsStale)
            {
                summary.PartSamples += HistogramParts.AddStale(batch, key, histogram.TimestampMs);
            }
            else if (histogram.ToHistogram(out string? problem) is { } whole)
            {
                summary.PartSamples += HistogramParts.Add(batch, key, histogram.TimestampMs, whole);
            }
            else
            {
                explanation ??= problem;
                summary.HistogramsRejected++;
                summary.Reject(SeriesRejection.NativeHistogram);
            }
        }

        return null;
    }
}
