// Hot path: per request.
using System.Numerics;

namespace Presage.Protocols;

/// <summary>
/// Buffers for bodies and messages that requests take turns in using. The shared array pool keeps some of each size for
/// every thread, which for messages of a megabyte is as much memory as thousands of series take. Thread-safe.
/// </summary>
public sealed class WireBuffers
{
    /// <summary>As many requests as are decoded at once on a machine of some cores.</summary>
    const int KeptMax = 8;

    /// <summary>Larger ones are left to the garbage collector: 16 MB at most are kept.</summary>
    const int KeptBytesMax = 2 << 20;

    const int BytesMin = 16 << 10;

    /// <summary>Guards what is kept.</summary>
    readonly Lock _lock = new();
    readonly List<byte[]> _kept = new(KeptMax);

    /// <summary>A buffer of at least so many bytes; its content is anything.</summary>
    public byte[] Rent(int bytes)
    {
        lock (_lock)
        {
            for (int i = _kept.Count - 1; i >= 0; i--)
            {
                var buffer = _kept[i];
                if (buffer.Length >= bytes)
                {
                    _kept.RemoveAt(i);
                    return buffer;
                }
            }
        }

        return GC.AllocateUninitializedArray<byte>(
            bytes >= KeptBytesMax ? bytes : Math.Max(BytesMin, (int)BitOperations.RoundUpToPowerOf2((uint)bytes)));
    }

    /// <summary>Gives a buffer back; it is not used afterwards. Small ones make room for larger ones.</summary>
    public void Return(byte[] buffer)
    {
        if (buffer.Length > KeptBytesMax)
        {
            return;
        }

        lock (_lock)
        {
            if (_kept.Count < KeptMax)
            {
                _kept.Add(buffer);
                return;
            }

            for (int i = 0; i < _kept.Count; i++)
            {
                if (_kept[i].Length < buffer.Length)
                {
                    _kept[i] = buffer;
                    return;
                }
            }
        }
    }
}
