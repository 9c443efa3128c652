using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Presage.Detection.OwnModels;

namespace Presage.Onnx;

/// <summary>
/// A model in an ONNX file, run by ONNX Runtime on one thread of the caller. The native library is loaded with the
/// first model and not before. One instance serves several threads.
/// </summary>
public sealed class OnnxModel : IWindowModel, IDisposable
{
    /// <summary>A file larger than this is refused.</summary>
    public const long FileBytesMax = 64 << 20;

    /// <summary>Windows asked for at once.</summary>
    public const int BatchMax = 256;

    readonly InferenceSession _session;
    readonly ModelTensor _input;
    readonly ModelTensor _output;
    readonly int _window;
    readonly bool _isBatched;
    readonly TimeSpan _timeMax;
    readonly TimeProvider _time;

    OnnxModel(
        InferenceSession session,
        ModelTensor input,
        ModelTensor output,
        int window,
        int outputs,
        TimeSpan timeMax,
        TimeProvider time
    )
    {
        _session = session;
        _input = input;
        _output = output;
        _window = window;
        _timeMax = timeMax;
        _time = time;
        _isBatched = input.Shape[0] < 0;
        Outputs = outputs;
    }

    /// <inheritdoc/>
    public int Outputs { get; }

    /// <summary>The tensor that windows go into.</summary>
    public ModelTensor Input => _input;

    /// <summary>The tensor that answers come from.</summary>
    public ModelTensor Output => _output;

    /// <summary>Loads a file and holds it against the contract.</summary>
    /// <param name="input">The tensor windows go into; null: the only one.</param>
    /// <param name="output">The tensor answers come from; null: the only one.</param>
    /// <param name="timeMax">What one batch may take.</param>
    /// <param name="time">What that is measured with; null: the system's clock.</param>
    /// <exception cref="ModelException">It cannot be used; the message says why.</exception>
    public static OnnxModel Load(
        string path,
        ModelContract contract,
        string? input,
        string? output,
        TimeSpan timeMax,
        TimeProvider? time = null
    )
    {
        byte[] bytes = ReadFile(path);
        InferenceSession session;
        try
        {
            session = Open(bytes);
        }
        catch (OnnxRuntimeException e)
        {
            string version = OrtEnv.Instance().GetVersionString();
            throw new ModelException(
                RuntimeMessage.OfLoading(Path.GetFileName(path), bytes.Length, e.Message, version), e);
        }
        catch (Exception e) when (e is TypeInitializationException or DllNotFoundException or BadImageFormatException)
        {
            throw new ModelException(
                "ONNX Runtime cannot be loaded on this machine: " + (e.InnerException ?? e).Message,
                e
            );
        }

        try
        {
            var inputs = Tensors(session.InputMetadata);
            var outputs = Tensors(session.OutputMetadata);
            var taken = Choose(inputs, input, "input");
            var given = Choose(outputs, output, "output");
            Check(taken, contract.Window);
            int numbers = OutputsOf(given, contract);
            var model = new OnnxModel(
                session, taken, given, contract.Window, numbers, timeMax, time ?? TimeProvider.System);
            model.Try();
            return model;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ModelException">It failed, took too long, or answered in another shape.</exception>
    public void Run(float[] windows, int count, float[] outputs)
    {
        int batch = _isBatched ? Math.Min(count, BatchMax) : 1;
        for (int first = 0; first < count; first += batch)
        {
            int rows = Math.Min(batch, count - first);
            Run(
                windows.AsSpan(first * _window, rows * _window),
                rows,
                outputs.AsSpan(first * Outputs, rows * Outputs)
            );
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();

    void Run(ReadOnlySpan<float> windows, int rows, Span<float> outputs)
    {
        long[] shape = [.. _input.Shape.Select((size, axis) => axis == 0 ? rows : size < 0 ? _window : (long)size)];
        using var options = new RunOptions();
        using var limit = new CancellationTokenSource(_timeMax, _time);
        using var stop = limit.Token.Register(static state => ((RunOptions)state!).Terminate = true, options);
        try
        {
            // In the runtime's own memory: where a window lies decides how its sums are rounded.
            using var asked = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, TensorElementType.Float, shape);
            windows.CopyTo(asked.GetTensorMutableDataAsSpan<float>());
            using var answers = _session.Run(options, [_input.Name], [asked], [_output.Name]);
            Take(answers[0], rows, outputs);
        }
        catch (OnnxRuntimeException e) when (options.Terminate)
        {
            throw new ModelException(
                $"it took longer than {_timeMax.TotalSeconds:0.#} s for {rows} window{(rows == 1 ? "" : "s")}", e);
        }
        catch (OnnxRuntimeException e)
        {
            throw new ModelException(
                $"it failed on {rows} window{(rows == 1 ? "" : "s")} {RuntimeMessage.OfRunning(e.Message)}", e);
        }
    }

    void Take(OrtValue answer, int rows, Span<float> outputs)
    {
        var type = answer.IsTensor ? answer.GetTensorTypeAndShape().ElementDataType : TensorElementType.String;
        long length = type is TensorElementType.Float or TensorElementType.Double
            ? answer.GetTensorTypeAndShape().ElementCount
            : -1;
        if (length != (long)rows * Outputs)
        {
            throw new ModelException(
                $"its output {_output.Name} has {length} numbers for {rows} windows; {Outputs} each were expected");
        }

        if (type == TensorElementType.Float)
        {
            answer.GetTensorDataAsSpan<float>().CopyTo(outputs);
            return;
        }

        var wide = answer.GetTensorDataAsSpan<double>();
        for (int i = 0; i < wide.Length; i++)
        {
            outputs[i] = (float)wide[i];
        }
    }

    /// <summary>Asks once, and where it can for two windows: what a file declares is not always what it does.</summary>
    void Try()
    {
        int rows = _isBatched ? 2 : 1;
        float[] windows = new float[rows * _window];
        for (int i = 0; i < windows.Length; i++)
        {
            windows[i] = (float)Math.Sin(i);
        }

        try
        {
            Run(windows, rows, new float[rows * Outputs]);
        }
        catch (ModelException e) when (rows > 1 && e.InnerException is OnnxRuntimeException && AnswersOne(windows))
        {
            throw new ModelException(
                $"its input {_input} takes any number of windows at once, but {e.Message}. One window it answers: " +
                $"export it with a first axis of 1, or so that no step of it fixes their number",
                e);
        }
    }

    bool AnswersOne(float[] windows)
    {
        try
        {
            Run(windows.AsSpan(0, _window), 1, new float[Outputs]);
            return true;
        }
        catch (ModelException)
        {
            return false;
        }
    }

    static byte[] ReadFile(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
            if (file.Length > FileBytesMax)
            {
                throw new ModelException(
                    $"{Path.GetFileName(path)} has {file.Length} bytes; {FileBytesMax} ({FileBytesMax >> 20} MiB) is " +
                    "the most"
                );
            }

            byte[] bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"{Path.GetFileName(path)} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>From bytes, not by name: a model then cannot name other files to be read.</summary>
    static InferenceSession Open(byte[] bytes)
    {
        OrtEnv.Instance().DisableTelemetryEvents();
        using var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            EnableCpuMemArena = false,
            EnableMemoryPattern = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return new InferenceSession(bytes, options);
    }

    static List<ModelTensor> Tensors(IReadOnlyDictionary<string, NodeMetadata> nodes) =>
        [
            .. nodes.Select(static node =>
                node.Value.IsTensor
                    ? new ModelTensor(node.Key, NameOf(node.Value.ElementDataType), node.Value.Dimensions)
                    : new ModelTensor(node.Key, $"{node.Value.OnnxValueType}", [])
            ),
        ];

    static string NameOf(TensorElementType type) =>
        type switch
        {
            TensorElementType.Float => "float32",
            TensorElementType.Double => "float64",
            _ => type.ToString().ToLowerInvariant(),
        };

    static ModelTensor Choose(List<ModelTensor> tensors, string? name, string kind)
    {
        string all = string.Join("; ", tensors);
        if (name is not null)
        {
            return tensors.Find(tensor => tensor.Name == name)
                ?? throw new ModelException($"it has no {kind} \"{name}\"; it has {all}");
        }

        return tensors is [var only]
            ? only
            : throw new ModelException($"it has {tensors.Count} {kind}s ({all}); name one by {kind}_tensor");
    }

    /// <summary>One axis of windows, one of values; any further ones of length 1, as convolutions have them.</summary>
    static void Check(ModelTensor input, int window)
    {
        bool fits =
            input.Type == "float32"
            && input.Shape.Count is 2 or 3
            && input.Shape[0] is -1 or 1
            && input.Shape.Skip(1).Count(static size => size != 1) <= 1
            && (input.Shape.Skip(1).Any(size => size == window || size == -1) || window == 1);
        if (!fits)
        {
            throw new ModelException(
                $"its input is {input}; expected is float32[N, {window}], [1, {window}], [N, {window}, 1] or "
                    + $"[N, 1, {window}] for a window of {window}{Fix(input, window)}"
            );
        }
    }

    static string Fix(ModelTensor input, int window)
    {
        var lengths = input.Shape.Skip(1).Where(static size => size > 1).ToList();
        return input.Type != "float32" ? ": export it with an input of float32"
            : lengths is [var length] ? $": say window: {length} in its description, or train it for {window}"
            : "";
    }

    static int OutputsOf(ModelTensor output, ModelContract contract)
    {
        int last = output.Shape.Count < 2 ? 1 : output.Shape.Skip(1).Aggregate(1, static (all, size) => all * size);
        int expected = contract.Output == ModelOutput.Reconstruction ? contract.Window : 1;
        bool isBand = contract.Output == ModelOutput.Forecast && last == 2;
        bool fits = output.Type is "float32" or "float64" && (last == expected || last < 0 || isBand);
        string shapes = contract.Output switch
        {
            ModelOutput.Score => "[N] or [N, 1], a score per window",
            ModelOutput.Forecast => "[N], [N, 1] or, with how far values stray, [N, 2]",
            _ => $"[N, {contract.Window}], the window again",
        };
        return fits
            ? isBand
                ? 2
                : expected
            : throw new ModelException($"its output is {output}; expected is float32{shapes}");
    }
}
