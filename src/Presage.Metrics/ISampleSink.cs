namespace Presage.Metrics;

/// <summary>Where received samples go.</summary>
public interface ISampleSink
{
    /// <summary>
    /// Journals and appends a batch. When the task completes, every accepted sample survives kill -9 (and power loss,
    /// under durability <c>fsync</c>). Rejected samples are counted in the outcome; the others are stored all the
    /// same. The batch belongs to the caller again when the task completes.
    /// </summary>
    /// <exception cref="IOException">The journal cannot be written (disk full): nothing of the batch was
    /// acknowledged.</exception>
    ValueTask<AppendOutcome> AppendAsync(SampleBatch batch, CancellationToken cancellationToken);
}
