// Hot path: once per sample on compressing. Budget: 4 ns.
using System.Numerics;

namespace Presage.Storage;

/// <summary>
/// Codes small non-negative numbers: Golomb-Rice codes whose parameter follows the numbers, and run lengths while zeros
/// prevail (H. Malvar, "Adaptive Run-Length / Golomb-Rice Encoding of Quantized Generalized Gaussian Sources", DCC
/// 2006). Both ends keep the same state and adapt it after every code, so no parameter travels but the first.
/// <code>
/// run mode (run parameter k > 0):  0                      2^k zeros
///                                  1, k bits r, code(u-1) r zeros, then u > 0
/// plain mode (k = 0):              code(u)
/// code(u), Rice parameter p:       q = u >> p ones (q &lt; 16), 0, p low bits of u
///                                  16 ones, 0, 6 bits (b - 1), b bits of u      u too long for the above
///                                  16 ones, 1, 64 bits                           a value kept as it is
/// </code>
/// </summary>
struct AdaptiveRice
{
    /// <summary>
    /// Unary prefix that announces a long code. Prefix, stop bit and 31 low bits fit one 57-bit peek.
    /// </summary>
    internal const int EscapeOnes = 16;

    /// <summary>Parameters are kept in eighths, so that they move slower than by a factor of two.</summary>
    internal const int Fraction = 3;

    internal const int RiceScaleMax = 31 << Fraction;

    /// <summary>How far the run parameter moves: on a full run, on a broken one, on a plain code.</summary>
    internal const int FullRunStep = 4, BrokenRunStep = 6, PlainStep = 3;

    /// <summary>A run of 2^8 zeros covers a whole chunk.</summary>
    internal const int RunScaleMax = 8 << Fraction;

    public ushort Run;
    public byte RunScale;
    public byte RiceScale;

    /// <summary>Begins a stream with the given parameters (Rice 0 to 31, run 0 to 7).</summary>
    public AdaptiveRice(int rice, int run)
    {
        RiceScale = (byte)(rice << Fraction);
        RunScale = (byte)(run << Fraction);
    }

    public void Append(ref BitWriter writer, ulong u)
    {
        int k = RunScale >> Fraction;
        if (k == 0)
        {
            AppendCode(ref writer, u);
            AdaptPlain(u == 0);
            return;
        }

        if (u == 0)
        {
            if (++Run == 1 << k)
            {
                writer.Write(0, 1);
                EndFullRun();
            }

            return;
        }

        EndBrokenRun(ref writer, k);
        AppendCode(ref writer, u - 1);
    }

    /// <summary>
    /// Appends a value that the numbers cannot express; it counts as no zero and moves no Rice parameter.
    /// </summary>
    public void AppendRaw(ref BitWriter writer, ulong bits)
    {
        int k = RunScale >> Fraction;
        if (k == 0)
        {
            AdaptPlain(false);
        }
        else
        {
            EndBrokenRun(ref writer, k);
        }

        writer.Write((1UL << (EscapeOnes + 1)) - 1, EscapeOnes + 1);
        writer.Write64(bits);
    }

    /// <summary>
    /// Ends the stream: the reader knows how many numbers there are, so a run may be longer than what is left.
    /// </summary>
    public void Finish(ref BitWriter writer)
    {
        if (Run > 0)
        {
            writer.Write(0, 1);
            Run = 0;
        }

        writer.Finish();
    }

    internal void AdaptPlain(bool zero) =>
        RunScale = (byte)(zero ? Math.Min(RunScale + PlainStep, RunScaleMax) : Math.Max(RunScale - PlainStep, 0));

    internal void EndFullRun()
    {
        Run = 0;
        RunScale = (byte)Math.Min(RunScale + FullRunStep, RunScaleMax);
    }

    internal void AdaptBrokenRun() => RunScale = (byte)Math.Max(RunScale - BrokenRunStep, 0);

    internal void AdaptRice(int q)
    {
        if (q == 0)
        {
            RiceScale = (byte)Math.Max(RiceScale - 2, 0);
        }
        else if (q > 1)
        {
            RiceScale = (byte)Math.Min(RiceScale + q, RiceScaleMax);
        }
    }

    void EndBrokenRun(ref BitWriter writer, int k)
    {
        writer.Write(1UL | ((ulong)Run << 1), k + 1);
        Run = 0;
        AdaptBrokenRun();
    }

    void AppendCode(ref BitWriter writer, ulong u)
    {
        int p = RiceScale >> Fraction;
        ulong q = u >> p;
        if (q < EscapeOnes)
        {
            int ones = (int)q;
            ulong low = u & ((1UL << p) - 1);
            writer.Write((low << (ones + 1)) | ((1UL << ones) - 1), ones + 1 + p);
            AdaptRice(ones);
            return;
        }

        int bits = 64 - BitOperations.LeadingZeroCount(u);
        writer.Write(((1UL << EscapeOnes) - 1) | ((ulong)(bits - 1) << (EscapeOnes + 1)), EscapeOnes + 7);
        if (bits > 32)
        {
            writer.Write((uint)u, 32);
            writer.Write(u >> 32, bits - 32);
        }
        else
        {
            writer.Write(u, bits);
        }

        AdaptRice(EscapeOnes + 8);
    }
}
