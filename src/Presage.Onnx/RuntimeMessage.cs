using System.Text.RegularExpressions;

namespace Presage.Onnx;

/// <summary>
/// What ONNX Runtime says when it refuses a model, as somebody who trained one can act on it: what is wrong, where, and
/// what to do. What is not known here is told in the runtime's words.
/// </summary>
static partial class RuntimeMessage
{
    const int DetailMax = 300;

    /// <summary>Why a file could not be loaded.</summary>
    /// <param name="message">The runtime's message.</param>
    /// <param name="version">The runtime's version.</param>
    public static string OfLoading(string file, long bytes, string message, string version)
    {
        string text = Plain(message);
        return Refused(file, bytes, text, version)
            ?? Unfitting(file, text)
            ?? $"{file} cannot be run by ONNX Runtime {version}: {Short(text)}";
    }

    /// <summary>
    /// Where a model failed and why: "at node flatten (Reshape): Input shape:{2,8}, requested shape:{1,8}".
    /// </summary>
    public static string OfRunning(string message)
    {
        string text = Plain(message);
        return FailedNode().Match(text) is { Success: true } failed
            ? $"at {Node(failed.Groups["name"].Value, failed.Groups["op"].Value)}: "
                + Short(text[(failed.Index + failed.Length)..])
            : Short(text);
    }

    /// <summary>Versions, operators and files that this runtime does not take.</summary>
    static string? Refused(string file, long bytes, string text, string version)
    {
        if (NoModel().IsMatch(text))
        {
            return $"{file} ({bytes} bytes) is no ONNX file, or not all of one: export it again, or copy it whole";
        }

        if (FileVersion().Match(text) is { Success: true } ir)
        {
            return $"{file} is written in version {ir.Groups["seen"].Value} of ONNX's file format (its IR version); "
                + $"ONNX Runtime {version} reads up to {ir.Groups["most"].Value}: set model.ir_version = "
                + $"{ir.Groups["most"].Value} before it is saved, or export it with an older onnx package";
        }

        if (Opset().Match(text) is { Success: true } opset)
        {
            string most = OpsetMost().Match(text) is { Success: true } known ? known.Groups["most"].Value : "17";
            return $"{file} needs ONNX's operator set {opset.Groups["seen"].Value}, which ONNX Runtime {version} does "
                + $"not know: export it with an older one (opset_version={most})";
        }

        if (Unknown().Match(text) is { Success: true } op)
        {
            return $"{file} has the operator {op.Groups["op"].Value}, which is not one of ONNX's; operators of your "
                + "own are not loaded: export it with those of ONNX alone";
        }

        if (Unable().Match(text) is { Success: true } unable)
        {
            return $"{file} has numbers of a type that ONNX Runtime {version} cannot compute with, at "
                + $"{Node(unable.Groups["name"].Value, unable.Groups["op"].Value)}: export it in float32";
        }

        return OtherFile().Match(text) is { Success: true } other
            ? $"{file} keeps {Weights(other.Groups["name"].Value)} in another file, which is not read: save it as one "
                + "file (onnx.save_model with save_as_external_data=False)"
            : null;
    }

    /// <summary>Parts of a model that do not belong together.</summary>
    static string? Unfitting(string file, string text)
    {
        const string Fix = "; it cannot have run where it was made: export it again";
        if (NoSource().Match(text) is { Success: true } open)
        {
            return $"{file} does not fit together: a node takes \"{open.Groups["name"].Value}\", which nothing gives"
                + Fix;
        }

        if (Types().Match(text) is { Success: true } types)
        {
            return $"{file} does not fit together: {Node(types.Groups["name"].Value, types.Groups["op"].Value)} takes "
                + $"{types.Groups["one"].Value} and {types.Groups["other"].Value}, which have to be one type" + Fix;
        }

        return Shapes().Match(text) is { Success: true } shapes
            ? $"{file} does not fit together: {Node(shapes.Groups["name"].Value, shapes.Groups["op"].Value)}: "
                + Short(shapes.Groups["why"].Value) + Fix
            : null;
    }

    static string Node(string name, string op) => name.Length == 0 ? $"a node of {op}" : $"node {name} ({op})";

    static string Weights(string name) => name.Length == 0 ? "weights" : $"the weights \"{name}\"";

    /// <summary>Without its code, "[ErrorCode:Fail] ", and where in the runtime's source it comes from.</summary>
    static string Plain(string message)
    {
        string text = message.ReplaceLineEndings(" ");
        int end = text.IndexOf("] ", StringComparison.Ordinal);
        text = text.StartsWith("[ErrorCode", StringComparison.Ordinal) && end > 0 ? text[(end + 2)..] : text;
        return SourceLine().Replace(text, "");
    }

    static string Short(string text)
    {
        text = text.Trim().TrimEnd('.');
        return text.Length > DetailMax ? text[..DetailMax] + " …" : text;
    }

    [GeneratedRegex("protobuf parsing failed|No graph was found", RegexOptions.IgnoreCase)]
    private static partial Regex NoModel();

    [GeneratedRegex(@"Unsupported model IR version: (?<seen>\d+), max supported IR version: (?<most>\d+)")]
    private static partial Regex FileVersion();

    [GeneratedRegex(@"Opset (?<seen>\d+) is under development")]
    private static partial Regex Opset();

    [GeneratedRegex(@"till opset (?<most>\d+)")]
    private static partial Regex OpsetMost();

    [GeneratedRegex(@"(?:error: |^)(?<op>\S+)\(-?\d+\) is not a registered|No Op registered for (?<op>\S+)")]
    private static partial Regex Unknown();

    [GeneratedRegex(@"Could not find an implementation for (?<op>\w+)\(\d+\) node with name '(?<name>[^']*)'")]
    private static partial Regex Unable();

    [GeneratedRegex(@"External data path (?:validation failed for initializer: (?<name>[^.\s]+))?|external data")]
    private static partial Regex OtherFile();

    [GeneratedRegex(@"Node input '(?<name>[^']*)' is not a graph input")]
    private static partial Regex NoSource();

    [GeneratedRegex(
        @"Optype \((?<op>\w+)\) bound to different types \((?<one>\S+) and (?<other>\S+) in node \((?<name>[^)]*)\)")]
    private static partial Regex Types();

    [GeneratedRegex(@"Node \((?<name>[^)]*)\) Op \((?<op>\w+)\) \[\w+\] (?<why>.+)")]
    private static partial Regex Shapes();

    [GeneratedRegex("while running (?<op>\\S+) node\\. Name:'(?<name>[^']*)' Status Message: ")]
    private static partial Regex FailedNode();

    /// <summary>"/onnxruntime_src/…/file.h:91 Signature(…) condition was false. ", before what it means.</summary>
    [GeneratedRegex(@"/onnxruntime_src/\S+:\d+ (?:.*? was false\. |.*?\) (?=[A-Z]))")]
    private static partial Regex SourceLine();
}
