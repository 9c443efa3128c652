using Presage.Detection.OwnModels;
using Presage.Query;

namespace Presage.OwnModels;

/// <summary>What the file beside a model says: docs/models.md.</summary>
sealed record ModelDescription
{
    public required ModelContract Contract { get; init; }

    /// <summary>What the model looks at; each series of the answer is judged by itself.</summary>
    public required PreparedQuery Query { get; init; }

    /// <summary>The ONNX file.</summary>
    public required string File { get; init; }

    /// <summary>The tensor that windows go into; null: the only one.</summary>
    public string? InputTensor { get; init; }

    /// <summary>The tensor that answers come from; null: the only one.</summary>
    public string? OutputTensor { get; init; }

    /// <summary>False alarms per host and week; null: as the configuration says for the host.</summary>
    public double? FalseAlarms { get; init; }
}
