namespace Presage.Protocols.Prometheus;

/// <summary>How much one exposition may hold. Sizes in bytes.</summary>
public sealed class ExpositionLimits
{
    /// <summary>The whole text. Default 64 MiB.</summary>
    public int TextBytesMax { get; init; } = 64 << 20;

    /// <summary>Samples. Default 500,000.</summary>
    public int SamplesMax { get; init; } = 500_000;

    /// <summary>Labels of a sample, the metric's name included. Default 64.</summary>
    public int LabelsPerSeriesMax { get; init; } = 64;

    /// <summary>UTF-8 bytes of a name. Default 512.</summary>
    public int NameBytesMax { get; init; } = 512;

    /// <summary>UTF-8 bytes of a label's value. Default 4,096.</summary>
    public int ValueBytesMax { get; init; } = 4_096;

    /// <summary>Families whose HELP, TYPE and UNIT are kept. Default 20,000.</summary>
    public int FamiliesMax { get; init; } = 20_000;
}
