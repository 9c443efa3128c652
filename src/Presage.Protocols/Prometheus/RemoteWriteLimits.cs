namespace Presage.Protocols.Prometheus;

/// <summary>How much one remote-write request may hold. Sizes in bytes.</summary>
public sealed class RemoteWriteLimits
{
    /// <summary>The body as received. Default 16 MiB; Prometheus sends about 100 kB.</summary>
    public int CompressedBytesMax { get; init; } = 16 << 20;

    /// <summary>The body after snappy. Default 64 MiB. Checked before anything is allocated.</summary>
    public int DecompressedBytesMax { get; init; } = 64 << 20;

    /// <summary>Series in one request. Default 200,000.</summary>
    public int SeriesMax { get; init; } = 200_000;

    /// <summary>Samples in one request. Default 2,000,000 (32 MB in the batch).</summary>
    public int SamplesMax { get; init; } = 2_000_000;

    /// <summary>Labels of one series, the metric's name included. Default 64.</summary>
    public int LabelsPerSeriesMax { get; init; } = 64;

    /// <summary>UTF-8 bytes of a label's name. Default 512.</summary>
    public int LabelNameBytesMax { get; init; } = 512;

    /// <summary>UTF-8 bytes of a label's value. Default 4,096.</summary>
    public int LabelValueBytesMax { get; init; } = 4_096;

    /// <summary>Metadata entries kept of one request; further ones are skipped. Default 20,000.</summary>
    public int MetadataMax { get; init; } = 20_000;
}
